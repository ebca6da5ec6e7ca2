# SPDX-License-Identifier: EUPL-1.2
"""The bytes of Schakel's protocol, written from proto/README.md and the .proto files alone.

Nothing here was taken from the C sources: what this module cannot do is missing from the specification.
Section numbers in comments are those of proto/README.md. PYTHONPATH must lead to the output of
protoc --python_out.
"""
import base64
import hashlib
import re
import secrets
import time
from datetime import datetime, timezone

from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError
from nacl import bindings as nacl
from nacl.exceptions import CryptoError
from schakel.v1 import codes_pb2 as codes
from schakel.v1 import envelope_pb2 as env

MAX_NUMBER = 2**31 - 1
CLASSES = [256 << (2 * n) for n in range(7)]
NOTES = {"checkpoint", "note"}  # strings that hold a signed note: up to 1 MiB (16)


class Refused(Exception):
    """An error code of section 15, and why in words."""

    def __init__(self, code, why=""):
        super().__init__(f"{code} {why}".strip())
        self.code = code


def need(condition, code, why=""):
    if not condition:
        raise Refused(code, why)


def now_ms():
    return time.time_ns() // 1_000_000


def blake(data, key=b""):
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def unbase64(text):
    """Only the one canonical form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("ESYNTAX", "base64") from None
    need(base64.b64encode(data).decode() == text, "ESYNTAX", "base64")
    return data


# --- closed lists (1) -----------------------------------------------------------------------------

LISTS = {e.values[0].name.removesuffix("_UNSPECIFIED"): e
         for e in codes.DESCRIPTOR.enum_types_by_name.values()}


def name_of(prefix, number):
    return LISTS[prefix].values_by_number[number].name.removeprefix(prefix + "_").lower()


def code_of(prefix, name):
    return LISTS[prefix].values_by_name[f"{prefix}_{name.upper()}"].number


# --- keys and signatures (2) ----------------------------------------------------------------------

TRANSPORT, SIGN, SEAL = 1, 2, 3


def key_id(use, public):
    return blake(b"schakel/v1 key id\n" + bytes([use]) + public)[:16]


def read_secret(path):
    """A secret key file of schakel-keys(1), or the bare base64 of its `--secret`."""
    with open(path, encoding="ascii") as file:
        return unbase64(file.read().split()[-1])


def sign(seed, message):
    return nacl.crypto_sign(message, nacl.crypto_sign_seed_keypair(seed)[1])[:64]


def verify(public, message, signature):
    need(len(signature) == 64, "ESIGNATURE", "length")
    try:
        nacl.crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError):
        raise Refused("ESIGNATURE") from None


def aead(key, nonce, plain, ad):
    return nonce + nacl.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, ad, nonce, key)


def aead_open(key, frame, ad):
    try:
        return nacl.crypto_aead_xchacha20poly1305_ietf_decrypt(frame[24:], ad, frame[:24], key)
    except (CryptoError, ValueError):
        raise Refused("EOPEN") from None


# --- protobuf on the wire (7) ---------------------------------------------------------------------

WIRE = {F.TYPE_STRING: 2, F.TYPE_BYTES: 2, F.TYPE_MESSAGE: 2}  # all others are varints


def varint(data, at):
    number = shift = 0
    while True:
        need(at < len(data) and shift < 70, "EMALFORMED", "varint")
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            need(number < 2**64, "EMALFORMED", "varint")
            return number, at


def check_number(field, number):
    if field.type in (F.TYPE_UINT32, F.TYPE_ENUM):
        need(number < 2**32, "EMALFORMED", field.name)
    if field.type == F.TYPE_BOOL:
        need(number < 2, "EMALFORMED", field.name)


def precheck(kind, data, depth=1, total=None):
    total = total if total is not None else [0]
    need(depth <= 8, "EDEPTH")
    seen, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        field = kind.fields_by_number.get(tag >> 3)
        need(field, "EMALFORMED", "unknown field")
        what = field.containing_oneof.name if field.containing_oneof else field.name
        many, wire, wanted = field.label == F.LABEL_REPEATED, tag & 7, WIRE.get(field.type, 0)
        packed = many and wanted == 0 and wire == 2
        need(wire == wanted or packed, "EMALFORMED", "wire type")
        size, start = varint(data, at)
        if wire == 0:
            check_number(field, size)
            at, count = start, 1
        else:
            at, count = start + size, 1
            need(at <= len(data), "EMALFORMED", "cut short")
            value = data[start:at]
            if packed:
                count = sum(b < 0x80 for b in value)
                need(not value or value[-1] < 0x80, "EMALFORMED", "packed")
            elif field.type == F.TYPE_STRING:
                need(size <= (1 << 20 if field.name in NOTES else 4096), "ETOOLARGE", field.name)
                need(b"\0" not in value, "EUTF8")
            elif field.type == F.TYPE_MESSAGE:
                precheck(field.message_type, value, depth + 1, total)
        seen[what] = seen.get(what, 0) + count
        total[0] += count
        need(seen[what] <= (256 if many else 1), "EREPEAT", what)
        need(total[0] <= 16384, "EREPEAT", "fields")


def decode(kind, data):
    precheck(kind.DESCRIPTOR, data)
    try:
        return kind.FromString(data)
    except DecodeError:
        raise Refused("EMALFORMED") from None


# --- signed notes and the directory (3) -----------------------------------------------------------


def parse_vkey(vkey):
    name, hash_hex, key = vkey.split("+", 2)
    key = unbase64(key)
    need(hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == hash_hex, "ESYNTAX", "hash")
    return name, bytes.fromhex(hash_hex), key[0], key[1:]


def split_note(note):
    at = note.rfind(b"\n\n")
    need(at >= 0 and note.endswith(b"\n") and len(note) > at + 2, "ESYNTAX", "not a note")
    lines = []
    for line in note[at + 2:-1].decode().split("\n"):
        match = re.fullmatch("— ([!-*,-~]{1,255}) ([A-Za-z0-9+/=]+)", line)
        need(match, "ESYNTAX", "signature line")
        lines.append((match[1], unbase64(match[2])))
    need(len(lines) <= 100, "ELIMIT")
    return note[:at + 1], lines


def note_signed(text, lines, vkey):
    """Whether this key signed; one bad signature of it spoils the note."""
    name, key_hash, algorithm, public = parse_vkey(vkey)
    signed = False
    for line_name, value in lines:
        if line_name != name or value[:4] != key_hash:
            continue
        if algorithm == 1 and len(value) == 68:
            verify(public, text, value[4:])
            signed = True
        elif algorithm == 4 and len(value) == 76:
            seconds = int.from_bytes(value[4:12], "big")
            verify(public, b"cosignature/v1\ntime %d\n" % seconds + text, value[12:])
            signed = True
    return signed


def parse_time(text):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += "T00:00:00Z"
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text), "ESYNTAX", "time")
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


RECORDS = {  # record: required words, optional words
    "hub": ("origin endpoint transport promise log", "from until"),
    "partner": ("id name role side status", "oin regions phone"),
    "key": ("partner use public from until", "revoked"),
    "desk": ("partner id public from until", "revoked"),
    "region": ("municipality partner", "name"),
    "mandate": ("partner kind from until", "of"),
    "witness": ("partner key", ""),
    "epoch": ("origin previous size root from", ""),
}


class Directory:
    def __init__(self, note, registrars, quorum=None, at_ms=None):
        """registrars: "care:<verifier key>", ...; all of them must have signed unless quorum says less."""
        need(len(note) <= 1 << 20, "ETOOLARGE")
        text, lines = split_note(note)
        signers = {}
        for registrar in registrars:
            side, vkey = registrar.split(":", 1)
            if note_signed(text, lines, vkey):
                signers[parse_vkey(vkey)[3]] = side
        need(len(signers) >= (quorum or len(registrars)), "EDIRECTORY", "too few signatures")
        need({"care", "justice"} <= set(signers.values()), "EDIRECTORY", "one side only")
        self.digest, self.records = blake(note), {word: [] for word in RECORDS}
        rows = text.decode().split("\n")[:-1]
        need(len(rows) <= 10000 and not re.search("[\0-\x09\x0b-\x1f\x7f]", text.decode()), "ESYNTAX")
        head = dict(line.split(" ", 1) for line in rows[1:5])
        need(rows[0] == "schakel-directory/v1" and
             list(head) == ["environment", "number", "previous", "fresh-until"], "EDIRECTORY", "head")
        self.number, self.fresh_until = int(head["number"]), parse_time(head["fresh-until"])
        need((at_ms or now_ms()) < self.fresh_until, "EDIRECTORY", "stale")
        for line in rows[5:]:
            self._record(line)
        self.hub = self.records["hub"][0]
        for word in ("transport", "promise"):
            self.hub[word] = unbase64(self.hub[word])
        self.partners = {p["id"]: p for p in self.records["partner"]}
        self.keys = {}
        for record in self.records["key"] + self.records["desk"]:
            use = {"transport": TRANSPORT, "sign": SIGN}.get(record.get("use"), SEAL)
            record.update(key_use=use, public=unbase64(record["public"]))
            need(record["partner"] in self.partners, "EDIRECTORY", "unknown partner")
            need(self.keys.setdefault(key_id(use, record["public"]), record) is record,
                 "EDIRECTORY", "key twice")

    def _record(self, line):
        record, _, rest = line.partition(" ")
        need(record in RECORDS, "EDIRECTORY", "unknown record")
        word = r'([a-z]+)=(?:"([^"]{1,255})"|([^" ]{1,255}))'
        need(re.fullmatch(f"{word}( {word}){{0,15}}", rest), "EDIRECTORY", "words")
        pairs = [(k, quoted or plain) for k, quoted, plain in re.findall(word, rest)]
        values = dict(pairs)
        required, optional = (set(words.split()) for words in RECORDS[record])
        need(len(values) == len(pairs) and required <= set(values) <= required | optional,
             "EDIRECTORY", "words of " + record)
        for key in ("from", "until", "revoked"):
            if key in values:
                values[key] = parse_time(values[key])
        self.records[record].append(values)

    def valid(self, record, at_ms):
        return (record["from"] <= at_ms < record["until"] and record.get("revoked", at_ms + 1) > at_ms
                and self.partners[record["partner"]]["status"] == "active")

    def signing_key(self, ident, partner, at_ms):
        record = self.keys.get(ident)
        need(record and record["key_use"] == SIGN, "EKEYUNKNOWN")
        need(record["partner"] == partner, "EIDENTITY")
        need(self.valid(record, at_ms), "EKEYEXPIRED")
        return record["public"]

    def seal_key(self, partner, desk, at_ms):
        found = [k for k in self.records["desk"]
                 if (k["partner"], k["id"]) == (partner, desk) and self.valid(k, at_ms)]
        need(found, "EKEYUNKNOWN", f"{partner}/{desk}")
        return max(found, key=lambda k: k["from"])["public"]


# --- the trail (12) -------------------------------------------------------------------------------


def hashes(data):
    need(len(data) % 32 == 0, "EMALFORMED", "path")
    return [data[n:n + 32] for n in range(0, len(data), 32)]


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_root(leaves[:left]), tree_root(leaves[left:]))


def check_inclusion(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2."""
    need(index < size, "ESIGNATURE", "index")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn, "ESIGNATURE", "path too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and r == root, "ESIGNATURE", "inclusion")


def check_consistency(old_size, old_root, size, root, path):
    """RFC 9162 section 2.1.4.2; of equal sizes the path is empty."""
    need(0 < old_size <= size, "ESIGNATURE", "sizes")
    if old_size == size:
        need(not path and old_root == root, "ESIGNATURE", "roots")
        return
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + path
    need(path, "ESIGNATURE", "empty")
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        need(sn, "ESIGNATURE", "path too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == old_root and sr == root, "ESIGNATURE", "consistency")


def promise_body(p):
    return (b"schakel/v1 promise\n" + u32(len(p.origin)) + p.origin.encode() + u64(p.first_index) +
            u32(p.count) + p.root)


def check_promise(promise, entry, hub):
    """12.2: the leaf of this entry will be in the trail."""
    need(promise.count and promise.origin == entry.origin == hub["origin"], "ESIGNATURE", "promise")
    need(len(promise.root) == len(entry.leaf_hash) == 32, "ESIGNATURE", "promise")
    verify(hub["promise"], promise_body(promise), promise.signature)
    index = entry.index - promise.first_index
    need(0 <= index < promise.count, "ESIGNATURE", "index")
    check_inclusion(entry.leaf_hash, index, promise.count, hashes(entry.path), promise.root)


# --- sealing (9) ----------------------------------------------------------------------------------


def section_ad(sender, ident, number, category, size_class):
    return (b"schakel/v1 section\n" + u32(len(sender)) + sender.encode() + ident + u32(number) +
            u32(category) + u32(size_class))


def commitment(key, ident, number):
    return blake(b"schakel/v1 kc\n" + key + ident + u32(number))


def wrap_ad(ident, recipient, section):
    return b"schakel/v1 key\n" + ident + u32(recipient) + u32(section)


def common_digest(common):
    return blake(b"schakel/v1 common\n" + common)


def size_class_of(content):
    return next(n for n, size in enumerate(CLASSES) if len(content) + 4 <= size)


def seal_section(sender, ident, number, category, size_class, key, content, nonce):
    plain = (u32(len(content)) + content).ljust(CLASSES[size_class], b"\0")
    return aead(key, nonce, plain, section_ad(sender, ident, number, category, size_class))


def open_section(sender, ident, row, key, frame):
    need(commitment(key, ident, row.number) == row.key_commitment, "EOPEN", "commitment")
    plain = aead_open(key, frame, section_ad(sender, ident, row.number, row.category, row.size_class))
    size = int.from_bytes(plain[:4], "big")
    need(len(plain) == CLASSES[row.size_class] and size <= len(plain) - 4 and
         not any(plain[4 + size:]), "EOPEN", "padding")
    return plain[4:4 + size]


def recipient_plain(key, number, seal_id, common):
    return key + u32(number) + seal_id + common_digest(common)


def open_recipient_key(sealed, secret, number, seal_id, common):
    public = nacl.crypto_scalarmult_base(secret)
    try:
        plain = nacl.crypto_box_seal_open(sealed, public, secret)
    except CryptoError:
        raise Refused("EOPEN", "recipient key") from None
    need(plain[32:] == recipient_plain(b"", number, seal_id, common), "EOPEN", "recipient key")
    return plain[:32]


# --- envelopes (8) --------------------------------------------------------------------------------


def uuid7(at_ms):
    tail = bytearray(secrets.token_bytes(10))
    tail[0] = tail[0] & 0x0F | 0x70
    tail[2] = tail[2] & 0x3F | 0x80
    return at_ms.to_bytes(6, "big") + bytes(tail)


def row_digest(salt, row):
    return blake(salt + row)


def signed_bytes(common, digests):
    return (b"schakel/v1 envelope\n" + u32(len(common)) + common + u32(len(digests) // 32) + digests)


class Draft:
    """A message in the making. Sections are sealed for every recipient, rows made by the caller."""

    def __init__(self, directory, partner, desk, kind, created_ms=None, **common):
        self.directory, self.at = directory, created_ms or now_ms()
        self.common = env.Common(version=1, id=uuid7(self.at), kind=code_of("KIND", kind), sender=partner,
                                 sender_desk=desk, created_ms=self.at, expires_ms=self.at + 86400_000,
                                 directory_number=directory.number, **common)
        self.rows, self.recipients, self.sections, self.used = [], [], [], set()

    def number(self):
        while True:
            number = secrets.randbelow(MAX_NUMBER) + 1
            if number not in self.used:
                self.used.add(number)
                return number

    def add(self, **row):
        self.rows.append(env.Row(**row))

    def fact(self, code, **fields):
        if "name" in fields:
            fields["value"] = code_of(code.upper(), fields.pop("name"))
        self.add(fact=env.FactRow(code=code_of("FACT", code), **fields))

    def event(self, code, **fields):
        self.add(event=env.EventRow(code=code_of("EVENT", code), **fields))

    def subject(self, number, positions):
        self.used.add(number)
        self.add(subject=env.SubjectRow(number=number, positions=positions))

    def recipient(self, partner, desk, kind=1):
        self.recipients.append(env.RecipientRow(number=self.number(), partner=partner, desk=desk, type=kind))

    def section(self, category, content, about=(), **marks):
        self.sections.append((env.SectionRow(number=self.number(), category=code_of("CATEGORY", category),
                                             about=about, **marks), content))

    def finish(self, seed, plan=False):
        """Frame 2 and the sealed frames; of a plan frame 2 alone, with an id of its own."""
        self.common.signing_key_id = key_id(SIGN, nacl.crypto_sign_seed_keypair(seed)[0])
        if plan:
            self.common.id = uuid7(self.at)
        common = self.common.SerializeToString()
        ident, rows, frames, keys = self.common.id, list(self.rows), [], {}
        for section, content in self.sections:
            row = env.SectionRow.FromString(section.SerializeToString())
            if not plan:
                row.size_class = size_class_of(content)
                key = keys[row.number] = secrets.token_bytes(32)
                frames.append(seal_section(self.common.sender, ident, row.number, row.category,
                                           row.size_class, key, content, secrets.token_bytes(24)))
                row.ciphertext_digest, row.key_commitment = blake(frames[-1]), commitment(key, ident, row.number)
            rows.append(env.Row(section=row))
        for recipient in self.recipients:
            row = env.RecipientRow.FromString(recipient.SerializeToString())
            if not plan:
                public = self.directory.seal_key(row.partner, row.desk, self.at)
                row.key_id, key = key_id(SEAL, public), secrets.token_bytes(32)
                row.sealed_key = nacl.crypto_box_seal(
                    recipient_plain(key, row.number, row.key_id, common), public)
                for section, value in keys.items():
                    wrapped = aead(key, secrets.token_bytes(24), value, wrap_ad(ident, row.number, section))
                    rows.append(env.Row(key=env.KeyRow(recipient=row.number, section=section,
                                                       wrapped=wrapped)))
            rows.append(env.Row(recipient=row))
        return sign_envelope(common, [r.SerializeToString() for r in rows], seed), frames


def sign_envelope(common, rows, seed):
    salted = [env.SaltedRow(salt=secrets.token_bytes(16), row=row) for row in rows]
    secrets.SystemRandom().shuffle(salted)
    digests = [row_digest(s.salt, s.row) for s in salted]
    size = next(n for n in (32, 64, 128, 256) if n >= len(digests))
    digests += [secrets.token_bytes(32) for _ in range(size - len(digests))]
    joined = b"".join(sorted(digests))
    return env.Envelope(common=common, digests=joined, rows=salted,
                        signature=sign(seed, signed_bytes(common, joined))).SerializeToString()


def check_list(offered, public):
    """Digest list, rows and signature (8.1); gives the decoded rows."""
    listed = hashes(offered.digests)
    need(len(listed) in (32, 64, 128, 256) and all(a < b for a, b in zip(listed, listed[1:])),
         "EFIELD", "digest list")
    own = [row_digest(s.salt, s.row) for s in offered.rows]
    need(all(len(s.salt) == 16 for s in offered.rows), "EFIELD", "salt")
    need(len(set(own)) == len(own) and set(own) <= set(listed), "EROW", "not on the list")
    verify(public, signed_bytes(offered.common, offered.digests), offered.signature)
    return [decode(env.Row, s.row) for s in offered.rows]


class Opened:
    """An offered message: verified when made (11.2, steps 1 and 3), then addressed to us and opened."""

    def __init__(self, offered, public):
        from schakel_rules import check_rows  # reads the tables of the specification
        self.offered, self.common = offered, decode(env.Common, offered.common)
        self.digest = blake(signed_bytes(offered.common, offered.digests))
        self.rows = check_list(offered, public)
        check_rows(self.common, self.rows)

    def open(self, frames, partner, seal_secrets):
        """Steps 4 and 6: `contents` is section number to bytes, `opened` the digests for the receipt."""
        common, mine = self.common, self.of("recipient")[0]
        need(mine.partner == partner and mine.key_id in seal_secrets, "EOPEN", "not for us")
        key = open_recipient_key(mine.sealed_key, seal_secrets[mine.key_id], mine.number, mine.key_id,
                                 self.offered.common)
        by_digest, sections = {blake(f): f for f in frames}, self.of("section")
        need(len(frames) == len(by_digest) == len(sections), "EROW", "frames")
        wrapped = {k.section: k.wrapped for k in self.of("key")}
        self.contents, self.opened = {}, []
        for row in sections:
            frame = by_digest.get(row.ciphertext_digest)
            need(frame, "EROW", "frame")
            if row.number in wrapped:  # else the sender gave us no key to it
                section_key = aead_open(key, wrapped[row.number], wrap_ad(common.id, mine.number, row.number))
                self.contents[row.number] = open_section(common.sender, common.id, row, section_key, frame)
                self.opened.append(row.ciphertext_digest)
        return self

    def of(self, kind):
        return [getattr(r, kind) for r in self.rows if r.WhichOneof("row") == kind]


def receive(offered, frames, directory, partner, seal_secrets):
    """Steps 1 to 6 of 11.2."""
    common = decode(env.Common, offered.common)
    public = directory.signing_key(common.signing_key_id, common.sender, common.created_ms)
    message = Opened(offered, public)
    check_promise(offered.promise, offered.entry, directory.hub)
    return message.open(frames, partner, seal_secrets)


# --- receipts (11.3) ------------------------------------------------------------------------------


def sign_receipt(receipt, seed):
    return sign(seed, b"schakel/v1 receipt\n" + receipt)


def rewrap_body(ident, directory_number, rows):
    return (b"schakel/v1 rewrap\n" + ident + u64(directory_number) +
            b"".join(u32(len(row)) + row for row in rows))


# --- pseudonyms (13) ------------------------------------------------------------------------------


def letters():
    from schakel_rules import table
    return {int(row["_"][2:], 16) + int(col[1:], 16): "" if row[col] == "." else row[col]
            for row in table("letters") for col in row if col != "_"}


def normalise(name):
    fold, out = letters(), ""
    for char in name:
        point = ord(char)
        if point < 0x80:
            out += char.lower() if char.isalnum() else ""
        elif point in fold:
            out += fold[point]
        elif not (point <= 0xBF or 0x300 <= point <= 0x36F):
            out += char
    return out


def pseudonym_bsn(key, bsn):
    digits = [int(c) for c in bsn]
    need(len(digits) == 9 and any(digits) and
         sum(w * d for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits)) % 11 == 0, "EFIELD", "bsn")
    return blake(b"schakel/v1 bsn\n" + bsn.encode(), key)


def pseudonym_name(key, family, given, born):
    family = normalise(family)
    need(family, "EFIELD", "no name")
    return blake(f"schakel/v1 name\n{family}\n{normalise(given)}\n{born}".encode(), key)


def adult_on_ms(born):
    year, month, day = (int(part) for part in born.split("-"))
    leap = (year + 18) % 4 == 0 and ((year + 18) % 100 or (year + 18) % 400 == 0)
    if (month, day) == (2, 29) and not leap:
        month, day = 3, 1
    return int(datetime(year + 18, month, day, tzinfo=timezone.utc).timestamp()) * 1000 or 1
