#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Debian's Go packages open our checkpoints and accept our proofs: golang.org/x/mod/sumdb/note and
# tlog, which know nothing of us.

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
GO111MODULE=off GOPATH=$gopath GOFLAGS='' test_expect 'Go opens both checkpoints, and not a changed one' \
	go run main.go
test_is "$(cat out)" "$origin 21 1
$origin 300 1" 'it reads what we meant'
test_expect 'the notary ends' stop_bg notary
done_testing
