#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-keys: keys, a directory signed by two registrars, and every way it is refused.

. "$SRC/tests/lib/test-lib.sh"

keys=$BIN/schakel-keys
soon=$(date -u -d '+30 days' +%Y-%m-%dT%H:%M:%SZ)

# --- generate ----------------------------------------------------------------

test_expect 'keys of a partner' "$keys" generate --partner politie-nh --desk meldingen --desk recherche \
	--name 'Politie Noord-Holland' --role police --side justice --regions 10,11 \
	--phone '0900 8844' --out police
test_is "$(stat -c %a police/sign.key police/transport.key police/seal-meldingen.key | sort -u)" 600 \
	'secret files are for their owner alone'
test_is "$(stat -c %a police/politie-nh.public)" 644 'the public file is for all'
test_is "$(cut -d' ' -f1 police/politie-nh.public | tr '\n' ' ')" 'partner key key desk desk ' \
	'the public file has the lines for a registrar'
secret=$(sed -n 's/^secret //p' police/sign.key)
test_is "$(grep -rlF -- "$secret" police)" police/sign.key 'the secret is nowhere else'
test_expect_status 3 'nothing is overwritten' "$keys" generate --partner politie-nh --desk meldingen \
	--out police
test_is "$(sed -n 's/^secret //p' police/sign.key)" "$secret" 'and the key is the old one'
mkdir half
: >half/seal-b.key
test_expect_status 3 'one file is in the way' "$keys" generate --partner a --desk a --desk b --out half
test_is "$(ls half; cat half/*)" seal-b.key 'and none is made'
test_expect 'a witness' "$keys" generate --partner w --desk a --witness --out witness
test_like "$(grep ^witness witness/w.public)" \
	'^witness partner=w key=w[+][0-9a-f]{8}[+]B[A-P][A-Za-z0-9+/=]{42}$' 'has a line for it'
test_expect 'one more desk key' "$keys" generate --partner politie-nh --desk meldingen --only seal \
	--from 2026-01-01 --until 2026-06-01 --out police-2
test_is "$(ls police-2 | tr '\n' ' ')" 'politie-nh.public seal-meldingen.key ' 'only what was asked'
test_expect 'keys of Veilig Thuis' "$keys" generate --partner vt-zw --desk triage --name 'Veilig Thuis' \
	--role veilig_thuis --side care --out vt
test_expect 'keys of the hub and its log' "$keys" generate --hub --origin schakel.test/2026 \
	--endpoint tcp://127.0.0.1:7000 --log schakel.test/2026 --out hub
test_expect 'registrar of care' "$keys" generate --registrar reg-care.test --side care --out care
test_expect 'registrar of justice' "$keys" generate --registrar reg-just.test --side justice --out just
test_expect 'a second registrar of care' "$keys" generate --registrar reg-care2.test --side care \
	--out care2
test_expect 'a shared secret' "$keys" generate --secret pseudonym --out vt
test_is "$(base64 -d vt/pseudonym.secret | wc -c)" 32 'of 32 bytes'
test_expect 'show a key' "$keys" show care/registrar.key
test_like "$(cat out)" "vkey $(sed 's/^care://; s/[+]/[+]/g' care/registrar.vkey)" \
	'show prints the verifier key'
chmod 644 vt/sign.key
test_expect_status 3 'a secret that others may read is refused' "$keys" show vt/sign.key
test_like "$(cat err)" 'chmod 600' 'and says what to do'
chmod 600 vt/sign.key

test_expect_status 2 'an id in capitals' "$keys" generate --partner Politie --desk a --out x
test_expect_status 2 'a partner without a desk' "$keys" generate --partner a --out x
test_expect_status 2 'an unknown role' "$keys" generate --partner a --desk b --name N --role polise \
	--side justice --out x
test_like "$(cat err)" 'did you mean police' 'the nearest role is named'
test_expect_status 2 'no kind of key' "$keys" generate --out x
test_expect_status 2 'unknown option' "$keys" generate --partner a --nonsense
test_expect_status 2 'no command' "$keys"
test_expect 'help' "$keys" --help
test_expect 'version' "$keys" --version
test_is "$(test -e x && echo there)" '' 'a refused command leaves nothing behind'

# --- directory ---------------------------------------------------------------

care=$(cat care/registrar.vkey) just=$(cat just/registrar.vkey) care2=$(cat care2/registrar.vkey)
printf '%s\n' '# competent Veilig Thuis' '' 'region municipality=0479 partner=vt-zw name="Zaanstad"' \
	>regions.txt
test_expect 'build' "$keys" directory build --environment test --fresh-until "$soon" --out dir.txt \
	regions.txt police/politie-nh.public vt/vt-zw.public hub/hub.public
test_expect 'build from the parts in another order' "$keys" directory build --environment test \
	--fresh-until "$soon" --out dir2.txt hub/hub.public vt/vt-zw.public regions.txt \
	police/politie-nh.public
cmp dir.txt dir2.txt
test_ok $? 'gives the same text'
test_is "$(sed -n 3,4p dir.txt | tr '\n' ' ')" 'number 1 previous none ' 'the first has number 1'
test_expect_status 1 'an unsigned directory does not verify' "$keys" directory verify \
	--registrar "$care" --registrar "$just" dir.txt
cp dir.txt note
test_expect 'first signature' "$keys" directory sign --key care/registrar.key note
test_expect_status 1 'one of two is not enough' "$keys" directory verify --registrar "$care" \
	--registrar "$just" note
cp note both-care
test_expect 'signature of the same side' "$keys" directory sign --key care2/registrar.key both-care
test_expect_status 1 'two of one side are not enough' "$keys" directory verify --registrar "$care" \
	--registrar "$care2" --registrar "$just" --quorum 2 both-care
test_like "$(cat err)" 'side justice' 'and the missing side is named'
test_expect_status 1 'signing twice' "$keys" directory sign --key care/registrar.key note
test_expect 'second signature' "$keys" directory sign --key just/registrar.key note
test_expect 'two of two verify' "$keys" directory verify --registrar "$care" --registrar "$just" note
test_expect 'two of three verify' "$keys" directory verify --registrar "$care" --registrar "$just" \
	--registrar "$care2" --quorum 2 note
test_expect_status 1 'three of three do not' "$keys" directory verify --registrar "$care" \
	--registrar "$just" --registrar "$care2" note
test_expect_status 1 'one registrar named twice counts once' "$keys" directory verify \
	--registrar "$care" --registrar "$care" --registrar "$just" note
sed 's/0479/0480/' note >changed
test_expect_status 1 'a changed directory does not verify' "$keys" directory verify \
	--registrar "$care" --registrar "$just" changed
test_expect_status 2 'a key that cannot sign' "$keys" directory sign --key police/transport.key dir.txt
test_expect 'show' "$keys" directory show note
test_like "$(cat out)" 'politie-nh  Politie Noord-Holland  \(police, justice\)' 'show names the partner'

test_expect 'the next directory' "$keys" directory build --environment test --previous note \
	--fresh-until "$soon" --out next.txt regions.txt police/politie-nh.public vt/vt-zw.public \
	hub/hub.public
test_is "$(sed -n 3p next.txt)" 'number 2' 'has the next number'
"$keys" directory sign --key care/registrar.key next.txt
"$keys" directory sign --key just/registrar.key next.txt
test_expect 'it may follow' "$keys" directory verify --registrar "$care" --registrar "$just" \
	--previous note next.txt
test_expect_status 1 'the old one may not follow the new one' "$keys" directory verify \
	--registrar "$care" --registrar "$just" --previous next.txt note
test_expect_status 1 'nor a directory its namesake' "$keys" directory verify \
	--registrar "$care" --registrar "$just" --previous note note
test_expect 'a stale directory is built' "$keys" directory build --environment test --number 3 \
	--fresh-until 2020-01-01 --out stale.txt hub/hub.public
"$keys" directory sign --key care/registrar.key stale.txt
"$keys" directory sign --key just/registrar.key stale.txt
test_expect_status 1 'and refused' "$keys" directory verify --registrar "$care" \
	--registrar "$just" stale.txt
test_like "$(cat err)" 'stale' 'as stale'

printf 'region municipality=0479 partner=politie-nh\n' >bad.txt
test_expect_status 3 'a region of the wrong role' "$keys" directory build --environment test \
	--fresh-until "$soon" bad.txt police/politie-nh.public hub/hub.public
test_like "$(cat err)" 'role veilig_thuis, in this line: region' 'the line is shown'
test_expect_status 3 'a partner twice' "$keys" directory build --environment test \
	--fresh-until "$soon" police/politie-nh.public police/politie-nh.public hub/hub.public
test_expect_status 3 'no hub' "$keys" directory build --environment test --fresh-until "$soon" \
	police/politie-nh.public
test_expect_status 2 'an environment that is none' "$keys" directory build --environment demo \
	--fresh-until "$soon" hub/hub.public
test_expect_status 3 'a file that is not there' "$keys" directory verify --registrar "$care" nothing
test_expect_status 2 'verify without registrars' "$keys" directory verify note

# --- by others -----------------------------------------------------------------

cat >other.py <<'PY'
# SPDX-License-Identifier: EUPL-1.2
import base64, hashlib, re, sys
from nacl.signing import SigningKey, VerifyKey
text, sigs = open("note", "rb").read().rsplit(b"\n\n", 1)
text += b"\n"
good = 0
for folder in ("care", "just"):
    vkey = open(folder + "/registrar.vkey").read().strip().split(":", 1)[1]
    name, digest, key = vkey.split("+", 2)
    raw = base64.b64decode(key)
    assert raw[0] == 1 and len(raw) == 33
    assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == digest
    seed = re.search("secret (.*)\n", open(folder + "/registrar.key").read()).group(1)
    assert bytes(SigningKey(base64.b64decode(seed)).verify_key) == raw[1:]
    for line in sigs.decode().splitlines():
        dash, who, value = line.split(" ")
        value = base64.b64decode(value)
        if who == name and value[:4].hex() == digest:
            VerifyKey(raw[1:]).verify(text, value[4:])
            good += 1
sys.exit(0 if good == 2 else 1)
PY
if "$PYTHON" -c 'import nacl' 2>/dev/null; then
	test_expect 'another implementation verifies the note' "$PYTHON" other.py
else
	skip 'another implementation verifies the note' 'no python3-nacl'
fi

# --- under what a person is known (vectors of tests/data/vectors/pseudonym.txt)

"$PYTHON" -c 'import base64; print(base64.b64encode(bytes(range(0x80, 0xa0))).decode())' >region.secret
chmod 600 region.secret
printf '123456782\nde Vries;Jan Piet;1984-02-29\n' >persons
"$keys" pseudonym --key region.secret <persons >out
test_is "$? $(xargs <out)" "0 a9b8be2af89fbfff93f687b34687f9462e731d55d7873618385069e63a1cb2b6 90979ea7dfa89294edd8b9e4e6359f60c5af9a2c56be146593f814c81616634e" \
	'a BSN, and a name with its date, have their pseudonyms'
echo 123456783 | "$keys" pseudonym --key region.secret >out 2>err
test_like "$? $(cat err)" '^1 .*line 1 is no BSN that passes its test' 'a BSN that is none has not'
echo 'de Vries;Jan' | "$keys" pseudonym --key region.secret >out 2>err
test_is "$? $(wc -c <out)" '1 0' 'nor half a name'
chmod 644 region.secret
test_expect_status 3 'a key that others may read is refused' "$keys" pseudonym --key region.secret
test_expect_status 2 'a person on the command line is refused' "$keys" pseudonym --key region.secret 123456782

done_testing
