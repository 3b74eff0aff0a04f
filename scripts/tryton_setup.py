"""What a fresh Tryton database needs before a clerk can book: company, warehouse, users, rights.

Three users, each with no more than its work needs: the administrator (set-up only), the clerk (books
stock), the reader (a user without a password whose application key reads stock and can write nothing).
"""

from __future__ import annotations

from scripts.tryton_rpc import Rpc

COMPANY = "Qingdao Bonded Warehousing Co., Ltd."
SITE = "CNTAO-W3"
SITE_NAME = "Qingdao Bonded Warehouse 3"
CLERK_LOGIN = "clerk"
READER_LOGIN = "holdfast-reader"
CLERK_GROUPS = (
    "Stock",
    "Stock Administration",
    "Stock Force Assignment",
    "Product Administration",
    "Party Administration",
)
READER_MODELS = frozenset(
    {
        "stock.move",
        "stock.location",
        "stock.lot",
        "stock.package",
        "product.product",
        "product.template",
        "product.uom",
        "product.uom.category",
    }
)
"""Opened to the reader, beside the few (countries, currencies, menus) that Tryton opens to everybody."""


def set_up(base_url: str, admin_password: str, clerk_password: str) -> str:
    """Set the company up and return the reader's application key.

    Raises:
        Refused: Tryton refused a step, in its own words.
        Unreachable: Tryton did not answer.
    """
    with Rpc(base_url, "admin", admin_password) as rpc:
        currency = rpc.ensure(
            "currency.currency",
            [["code", "=", "CNY"]],
            {"name": "Renminbi", "code": "CNY", "symbol": "¥", "numeric_code": "156"},
        )
        party = rpc.ensure("party.party", [["name", "=", COMPANY]], {"name": COMPANY})
        company = rpc.ensure(
            "company.company",
            [["party", "=", party]],
            {"party": party, "currency": currency, "timezone": "Asia/Shanghai"},
        )
        belongs = {"companies": [["add", [company]]], "company": company}
        administrator = rpc.one("res.user", [["login", "=", "admin"]])
        rpc.write("res.user", [administrator], belongs)
        rpc.use_preferences()
        warehouse = rpc.one("stock.location", [["type", "=", "warehouse"]])
        rpc.write("stock.location", [warehouse], {"code": SITE, "name": SITE_NAME})

        groups = rpc.ids("res.group", [["name", "in", list(CLERK_GROUPS)]])
        rpc.create(
            "res.user",
            [
                {
                    "name": "Warehouse clerk",
                    "login": CLERK_LOGIN,
                    "password": clerk_password,
                    "groups": [["add", groups]],
                    **belongs,
                }
            ],
        )
        reader_group = rpc.create("res.group", [{"name": "Holdfast reader"}])[0]
        close_models(rpc, reader_group)
        reader = rpc.create(
            "res.user",
            [
                {
                    "name": "Holdfast oracle and attesters",
                    "login": READER_LOGIN,
                    "groups": [["add", [reader_group]]],
                    **belongs,
                }
            ],
        )[0]
        application = rpc.create("res.user.application", [{"user": reader, "application": "rest"}])
        return str(rpc.read("res.user.application", application, ["key"])[0]["key"])


def close_models(rpc: Rpc, group: int) -> None:
    """Give `group` a rule for every model: read the few of `READER_MODELS`, nothing else.

    Tryton lets everybody do everything with a model that has no rule, so leaving models out is no limit.
    Two models Tryton opens for writing to everybody, in records of its own that no one may change:
    there a global rule that no record passes takes it back.
    """
    for model in ("ir.email", "res.notification"):
        rule = {
            "name": "Closed in this warehouse",
            "model": model,
            "global_p": True,
            "default_p": False,
            **dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_delete"), True),
            "rules": [["create", [{"domain": '[["id", "=", -1]]'}]]],
        }
        rpc.create("ir.rule.group", [rule])
    models = rpc.read("ir.model", rpc.ids("ir.model", []), ["name"])
    rpc.create(
        "ir.model.access",
        [{"model": row["name"], "group": group, "perm_read": row["name"] in READER_MODELS} for row in models],
    )
