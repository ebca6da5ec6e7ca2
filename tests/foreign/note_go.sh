#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Debian's Go packages open our checkpoints and accept our proofs: golang.org/x/mod/sumdb/note and
# tlog, which know nothing of us. They pass over what witnesses signed, and refuse what is forged.
#
#	TREES=2000 STEP=1 make check-run TESTS=tests/foreign/note_go.sh    trees of every size to 2,000
#
# TREES is the largest tree, of which each STEPth is tried beyond 64.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1

gopath=/usr/share/gocode
[ -d $gopath/src/golang.org/x/mod/sumdb/note ] || skip_all 'golang-golang-x-mod-dev is not installed'
command -v go >/dev/null || skip_all 'go is not installed'

origin=schakel.example/test
printf 'schakel-secret-key/v1\nuse sign\nname %s\nsecret %s\n' "$origin" \
	"$(head -c 32 /dev/urandom | base64)" >log.key
chmod 600 log.key
"$BIN/schakel-notary" --vkey --key log.key >vkey || exit 1
"$BIN/schakel-notary" --init --key log.key --guard guard || exit 1
start_bg notary "$BIN/schakel-notary" --socket n.sock --key log.key --guard guard
wait_for_log notary ready
"$BIN/notary_client" n.sock "$origin" sign 21 0 | sed 1d >note1
"$BIN/notary_client" n.sock "$origin" sign 300 21 | sed 1d >note2

cat >main.go <<'END'
package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func read(name string) []byte {
	data, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	return data
}

// open checks the signature and compares the root with that of "leaf 0" .. as Go computes it.
func open(verifier note.Verifier, name string, hashes tlog.HashReader) {
	n, err := note.Open(read(name), note.VerifierList(verifier))
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	lines := strings.Split(n.Text, "\n")
	var size int64
	fmt.Sscan(lines[1], &size)
	var root tlog.Hash
	if err := root.UnmarshalJSON([]byte(`"` + lines[2] + `"`)); err != nil {
		log.Fatalf("%s: root: %v", name, err)
	}
	want, err := tlog.TreeHash(size, hashes)
	if err != nil || want != root {
		log.Fatalf("%s: root of %d differs: %v", name, size, err)
	}
	fmt.Printf("%s %d %d\n", lines[0], size, len(n.Sigs))
}

func main() {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read("vkey"))))
	if err != nil {
		log.Fatal(err)
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var list []tlog.Hash
		for _, i := range at {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for i := int64(0); i < 300; i++ {
		hashes, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("leaf %d", i)), reader)
		if err != nil {
			log.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	open(verifier, "note1", reader)
	open(verifier, "note2", reader)
	forged := strings.Replace(string(read("note2")), "\n300\n", "\n301\n", 1)
	if _, err := note.Open([]byte(forged), note.VerifierList(verifier)); err == nil {
		log.Fatal("a changed note was accepted")
	}
}
END
mkdir proofs
cat >proofs/main.go <<'END'
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var stored []tlog.Hash
var reader = tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, i := range at {
		list = append(list, stored[i])
	}
	return list, nil
})

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// root is the root of the tree of this size, as Go computes it.
func root(size int64) tlog.Hash {
	for n := int64(0); n < size; n++ {
		if tlog.StoredHashIndex(0, n) < int64(len(stored)) {
			continue
		}
		hashes, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("leaf %d", n)), reader)
		if err != nil {
			log.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	hash, err := tlog.TreeHash(size, reader)
	if err != nil {
		log.Fatal(err)
	}
	return hash
}

func hashes(words []string) []tlog.Hash {
	list := []tlog.Hash{}
	for _, word := range words {
		var hash tlog.Hash
		if err := hash.UnmarshalJSON([]byte(`"` + word + `"`)); err != nil {
			log.Fatal(err)
		}
		list = append(list, hash)
	}
	return list
}

// forge calls try with each hash changed, one left out, and one too many; all must be refused.
func forge(list []tlog.Hash, what string, try func(list []tlog.Hash) error) int {
	forged := [][]tlog.Hash{append(append([]tlog.Hash{}, list...), tlog.Hash{1})}
	for i := range list {
		copied := append([]tlog.Hash{}, list...)
		copied[i][i%32] ^= 1
		forged = append(forged, copied)
	}
	if len(list) > 0 {
		forged = append(forged, list[:len(list)-1])
	}
	for _, one := range forged {
		if try(one) == nil {
			log.Fatalf("%s: a forged proof was accepted", what)
		}
	}
	return len(forged)
}

func open(verifier note.Verifier, size int64, text string) {
	n, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		log.Fatalf("tree of %d: %v", size, err)
	}
	hash := root(size)
	want := fmt.Sprintf("%s\n%d\n%s\n", verifier.Name(), size,
		base64.StdEncoding.EncodeToString(hash[:]))
	if n.Text != want || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 1 {
		log.Fatalf("tree of %d: %q, %d and %d signatures", size, n.Text, len(n.Sigs),
			len(n.UnverifiedSigs))
	}
	forged := strings.Replace(text, fmt.Sprintf("\n%d\n", size), fmt.Sprintf("\n%d\n", size+1), 1)
	if _, err := note.Open([]byte(forged), note.VerifierList(verifier)); err == nil {
		log.Fatalf("tree of %d: a changed note was accepted", size)
	}
}

func main() {
	vkey, err := os.ReadFile("vkey")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		log.Fatal(err)
	}
	trees, records, growths, forged := 0, 0, 0, 0
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		size := number(words[1])
		tree := root(size)
		switch words[0] {
		case "N":
			text, err := base64.StdEncoding.DecodeString(words[2])
			if err != nil {
				log.Fatal(err)
			}
			open(verifier, size, string(text))
			trees++
		case "R":
			index := number(words[2])
			leaf := tlog.RecordHash([]byte(fmt.Sprintf("leaf %d", index)))
			check := func(list []tlog.Hash) error {
				return tlog.CheckRecord(tlog.RecordProof(list), size, tree, index, leaf)
			}
			if err := check(hashes(words[3:])); err != nil {
				log.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			forged += forge(hashes(words[3:]), lines.Text(), check)
			if tlog.CheckRecord(tlog.RecordProof(hashes(words[3:])), size, tree, index,
				tlog.RecordHash([]byte("another leaf"))) == nil {
				log.Fatalf("another leaf as %d of %d", index, size)
			}
			records++
		case "T":
			old := number(words[2])
			was := root(old)
			check := func(list []tlog.Hash) error {
				return tlog.CheckTree(tlog.TreeProof(list), size, tree, old, was)
			}
			if err := check(hashes(words[3:])); err != nil {
				log.Fatalf("%d to %d: %v", old, size, err)
			}
			forged += forge(hashes(words[3:]), lines.Text(), check)
			growths++
		}
	}
	fmt.Printf("%d trees, %d inclusions, %d consistencies; %d forged ones refused\n", trees, records,
		growths, forged)
}
END
printf 'schakel-secret-key/v1\nuse sign\nname vt-zw\nsecret %s\n' \
	"$(head -c 32 /dev/urandom | base64)" >witness.key
chmod 600 witness.key
"$BIN/tree_proofs" log.key witness.key "${TREES:-2000}" "${STEP:-97}" >trees || exit 1
GO111MODULE=off GOPATH=$gopath GOFLAGS='' test_expect 'Go takes our proofs, and no forged one' \
	go run proofs/main.go <trees
diag "$(cat out)"
test_like "$(cat out)" '^[0-9]+ trees, [0-9]{4,} inclusions, [0-9]{4,} consistencies; [0-9]{4,} forged' \
	'of many trees'
GO111MODULE=off GOPATH=$gopath GOFLAGS='' test_expect 'Go opens both checkpoints, and not a changed one' \
	go run main.go
test_is "$(cat out)" "$origin 21 1
$origin 300 1" 'it reads what we meant'
test_expect 'the notary ends' stop_bg notary
done_testing
