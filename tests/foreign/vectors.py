# SPDX-License-Identifier: EUPL-1.2
"""vectors.py FILE: check one file of tests/data/vectors, byte for byte. Fails if a line was not used."""
import os
import re
import sys

from nacl import bindings as nacl
from schakel.v1 import envelope_pb2 as env
from schakel.v1 import session_pb2 as ses
import schakel_foreign as sf
from schakel_foreign import blake


class Block:
    """The lines of a block; what was read is remembered, so that no line of a file goes unnoticed."""

    def __init__(self):
        self.pairs, self.used = [], set()

    def all(self, name):
        self.used.add(name)
        return [v for n, v in self.pairs if n == name]

    def __getattr__(self, name):
        return self.all(name)[0]


def read(path):
    blocks = []
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.startswith("["):
                blocks.append((line[1:-1], Block()))
            elif line and not line.startswith("#"):
                name, mark, value = re.fullmatch("(\\w+)( =|:) ?(.*)", line).groups()
                blocks[-1][1].pairs.append((name, bytes.fromhex(value) if mark == " =" else value))
    return blocks


def same(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def uuid7(b, _):
    same(b.id[:6], int(b.at_ms).to_bytes(6, "big"))
    same((b.id[6] >> 4, b.id[8] >> 6), (7, 2))
    own = sf.uuid7(int(b.at_ms))
    same((own[:6], own[6] >> 4, own[8] >> 6, len(own)), (b.id[:6], 7, 2, 16))


def key_id(b, _):
    public = nacl.crypto_sign_seed_keypair(b.secret)[0] if b.use == "2" else nacl.crypto_scalarmult_base(b.secret)
    same((public, sf.key_id(int(b.use), public)), (b.public, b.id))


def pseudonym(b, _):
    if b.all("bsn"):
        same(sf.pseudonym_bsn(b.key, b.bsn), b.pseudonym)
    else:
        same(sf.pseudonym_name(b.key, b.family, b.given, b.born), b.pseudonym)
        same(sf.adult_on_ms(b.born), int(b.adult_on_ms))


def row(b, _):
    same(sf.row_digest(b.salt, b.row), b.digest)
    same(sf.decode(env.Row, b.row).SerializeToString(), b.row)


def section(b, _):
    number, category, size = int(b.section), int(b.category), int(b.size_class)
    content = b.content.encode()
    same(sf.section_ad(b.sender, b.id, number, category, size), b.ad)
    same(sf.seal_section(b.sender, b.id, number, category, size, b.key, content, b.nonce), b.frame)
    same((blake(b.frame), sf.commitment(b.key, b.id, number)), (b.ciphertext_digest, b.key_commitment))
    r = env.SectionRow(number=number, category=category, size_class=size, key_commitment=b.key_commitment)
    same(sf.open_section(b.sender, b.id, r, b.key, b.frame), content)


def wrap(b, _):
    same(sf.wrap_ad(b.id, int(b.recipient), int(b.section)), b.ad)
    same(sf.aead(b.recipient_key, b.nonce, b.section_key, b.ad), b.wrapped)
    same(sf.aead_open(b.recipient_key, b.wrapped, b.ad), b.section_key)


def recipient_key(b, _):
    common = b.common.encode()
    same(nacl.crypto_scalarmult_base(b.desk_secret), b.desk_public)
    same((sf.key_id(sf.SEAL, b.desk_public), sf.common_digest(common)), (b.key_id, b.common_digest))
    same(sf.recipient_plain(b.recipient_key, int(b.recipient), b.key_id, common), b.opened)
    same(sf.open_recipient_key(b.sealed_sample, b.desk_secret, int(b.recipient), b.key_id, common),
         b.recipient_key)


def keys(b, seen):
    seen["keys"] = b
    same(nacl.crypto_sign_seed_keypair(b.sign_seed)[0], b.sign_public)
    same(sf.key_id(sf.SIGN, b.sign_public), b.sign_id)
    for who in ("vt", "team"):
        same(nacl.crypto_scalarmult_base(b.all(who + "_secret")[0]), b.all(who + "_public")[0])


def envelope(b, seen):
    message = sf.decode(env.Envelope, b.header)
    rows = sf.check_list(message, seen["keys"].sign_public)
    same((message.common, message.signature), (b.common, b.signature))
    same(sf.decode(env.Common, b.common).id, b.id)
    same(sf.common_digest(b.common), b.common_digest)
    same((len(message.digests) // 32, len(rows)), (int(b.digest_count), int(b.row_count)))
    same(sf.signed_bytes(b.common, message.digests), b.signed)
    same((sf.sign(seen["keys"].sign_seed, b.signed), blake(b.signed)), (b.signature, b.envelope_digest))
    same(sorted(r.section.ciphertext_digest for r in rows if r.HasField("section")),
         sorted(blake(f) for f in b.all("frame")))


def offered(b, seen):
    message = sf.Opened(sf.decode(ses.OfferedMessage, b.offered), seen["keys"].sign_public)
    secrets = {sf.key_id(sf.SEAL, nacl.crypto_scalarmult_base(s)): s
               for s in (seen["keys"].vt_secret, seen["keys"].team_secret)}
    mine = message.of("recipient")[0]
    same((len(message.rows), mine.number), (int(b.row_count), int(b.recipient)))
    seen["message"] = message.open(b.all("frame"), mine.partner, secrets)


def opened(b, seen):
    found = next(s for s in seen["message"].of("section") if s.number == int(b.section))
    same(sf.name_of("CATEGORY", found.category), b.category)
    same(seen["message"].contents.pop(found.number), b.content.encode())


def receipt(b, _):
    same(nacl.crypto_sign_seed_keypair(b.sign_seed)[0], b.sign_public)
    same(sf.sign_receipt(b.receipt, b.sign_seed), b.signature)
    same(ses.SignedReceipt(receipt=b.receipt, signature=b.signature).SerializeToString(), b.signed_receipt)
    same(sf.decode(ses.Receipt, b.receipt).SerializeToString(), b.receipt)
    same(blake(b.receipt), b.recorded_digest)


def rewrap(b, _):
    rows = [r.encode() for r in b.all("row")]
    same(sf.sign(b.sign_seed, sf.rewrap_body(b.id, int(b.directory_number), rows)), b.signature)
    ident = sf.key_id(sf.SIGN, nacl.crypto_sign_seed_keypair(b.sign_seed)[0])
    same(ses.Rewrap(id=b.id, signing_key_id=ident, directory_number=int(b.directory_number), rows=rows,
                    signature=b.signature).SerializeToString(), b.rewrap)


def tree(b, seen):
    leaves = seen.setdefault("leaves", [])
    leaves.append(sf.leaf_hash(b.leaf))
    size, old, index = int(b.size), int(b.old_size), int(b.index)
    roots = [sf.tree_root(leaves[:n]) for n in range(size + 1)]
    same((leaves[-1], roots[size]), (b.leaf_hash, b.root))
    sf.check_inclusion(leaves[index], index, size, sf.hashes(b.inclusion), b.root)
    sf.check_consistency(old, roots[old], size, b.root, sf.hashes(b.consistency))


def promise(b, _):
    leaves = [sf.leaf_hash(leaf.encode()) for leaf in b.all("leaf")]
    same((leaves, sf.tree_root(leaves)), (b.all("leaf_hash"), b.root))
    p = ses.Promise(origin=b.origin, first_index=int(b.first_index), count=int(b.count), root=b.root,
                    signature=b.signature)
    same(sf.sign(b.promise_seed, sf.promise_body(p)), b.signature)
    for n, (index, path) in enumerate(zip(b.all("index"), b.all("path"))):
        entry = ses.EntryRef(origin=b.origin, index=int(index), leaf_hash=leaves[n], path=path)
        sf.check_promise(p, entry, {"origin": b.origin, "promise": b.promise_public})


def leaf(b, _):
    same(sf.leaf_hash(b.leaf.encode()), b.leaf_hash)


def detail(b, _):
    parts = [blake(b"schakel/v1 part\n" + salt + part.encode())
             for salt, part in zip(b.all("salt"), b.all("part"))]
    same(parts, b.all("part_commitment"))
    same(blake(b"schakel/v1 detail\n" + b"".join(parts)), b.detail_commitment)


def checkpoint(b, seen):
    seen["text"] = b.text
    text, lines = sf.split_note(b.note)
    same(text, b.text)
    same(lines[0][1][4:], sf.sign(b.log_seed, b.text))
    assert sf.note_signed(text, lines, b.vkey)
    same(sf.unbase64(text.decode().split("\n")[2]), b.root)


def cosignature(b, seen):
    _, lines = sf.split_note(seen["text"] + b"\n" + b.line.rstrip(b"\n") + b"\n")
    assert sf.note_signed(seen["text"], lines, b.vkey)
    same(int.from_bytes(lines[0][1][4:12], "big"), int(b.at_s))


def registrars(b, seen):
    seen["registrars"] = b.all("registrar")


def directory(b, seen):
    at = 1772588460000
    d = sf.Directory(b.note, seen["registrars"], at_ms=at)
    same(d.digest, b.digest)
    assert b.desk_key_id in [sf.key_id(sf.SEAL, d.seal_key(k["partner"], k["id"], at))
                             for k in d.records["desk"] if d.valid(k, at)]
    for less in ([seen["registrars"][0]] * 2, seen["registrars"][:1]):
        try:
            sf.Directory(b.note, less, at_ms=at)
            raise AssertionError("one side is enough")
        except sf.Refused:
            pass


CHECKS = {"transport": key_id, "sign": key_id, "seal": key_id, "bsn": pseudonym, "name": pseudonym,
          "recipient key": recipient_key, "offered message": offered}


def main(path):
    seen, name = {}, os.path.basename(path)
    for title, block in read(path):
        check = CHECKS.get(title) or (row if name == "row.txt" else globals()[title])
        check(block, seen)
        unused = {n for n, _ in block.pairs} - block.used
        assert not unused, f"{title}: not looked at: {unused}"
    assert not seen.get("message") or not seen["message"].contents, "more sections opened than said"
    print("every byte of", name)


main(sys.argv[1])
