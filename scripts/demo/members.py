"""Who takes part in the demonstration: seven members of a consortium in Qingdao."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.members import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A member, its key's name, its names, and whether it runs an attester."""

    member_id: int
    key: str
    name: str
    name_zh: str
    registration: str
    roles: Role
    attests: bool


OPERATOR = Person(
    1,
    "operator",
    "Qingdao Harbour Warehousing Co., Ltd.",
    "青岛港湾仓储有限公司",
    "91370211MA3D0W1R4X",
    Role.WAREHOUSE_OPERATOR,
    True,
)
IMPORTER = Person(
    2,
    "importer",
    "Laoshan Rubber Import Co., Ltd.",
    "崂山橡胶进口有限公司",
    "91370212MA3C7K2N8P",
    Role.TRADER,
    False,
)
TRADER = Person(
    3,
    "trader",
    "Shandong Tyre Trading Co., Ltd.",
    "山东轮胎贸易有限公司",
    "91370100MA3F5T6Y1Q",
    Role.TRADER,
    False,
)
BANK = Person(4, "bank", "Bank of Jiaozhou", "胶州银行", "91370281MA3B9H3L5U", Role.BANK, True)
INSPECTOR = Person(
    5,
    "inspector",
    "Yellow Sea Inspection Bureau",
    "黄海检验所",
    "91370203MA3E1J8M6C",
    Role.INSPECTOR,
    True,
)
IOT = Person(
    6,
    "iot",
    "Seagull Instruments Co., Ltd.",
    "海鸥仪器有限公司",
    "91370214MA3G4V7D2K",
    Role.IOT_PROVIDER,
    True,
)
AUDITOR = Person(
    7,
    "auditor",
    "Jiaodong Audit Partners",
    "胶东会计师事务所",
    "91370202MA3H8B5S9W",
    Role.REGULATOR,
    False,
)

PEOPLE = (OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR)
REPORTERS = (INSPECTOR, IOT, AUDITOR)
"""Who reports prices: members with no part in any trade."""
ATTESTERS = tuple(person for person in PEOPLE if person.attests)
