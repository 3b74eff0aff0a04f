// The CID that npm's ipfs-unixfs-importer gives reproducible bytes, one line of JSON for each case on stdin.
// A case: {seed, size} (whole profile), {seed, size, chunk, links} (small trees), or {zeros: chunks of 1 MiB}.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.argv[2] + '/')
const load = async (name) => import(pathToFileURL(require.resolve(name)))
const { importByteStream } = await load('ipfs-unixfs-importer')
const { fixedSize } = await load('ipfs-unixfs-importer/chunker')
const { balanced } = await load('ipfs-unixfs-importer/layout')

const nowhere = { put: async (cid) => cid }

function * seeded (seed, size) {
  for (let i = 0; size > 0; i++) {
    const part = createHash('sha256').update(`${seed}:${i}`).digest().subarray(0, size)
    size -= part.length
    yield part
  }
}

function * zeros (count) {
  const chunk = new Uint8Array(1024 * 1024)
  for (let i = 0; i < count; i++) yield chunk
}

let text = ''
for await (const piece of process.stdin) text += piece
for (const one of JSON.parse(text)) {
  const options = { profile: 'unixfs-v1-2025' }
  if (one.chunk) {
    options.chunker = fixedSize({ chunkSize: one.chunk })
    options.layout = balanced({ maxChildrenPerNode: one.links })
  }
  const source = one.zeros ? zeros(one.zeros) : seeded(one.seed, one.size)
  const { cid } = await importByteStream(source, nowhere, options)
  console.log(cid.toString())
}
