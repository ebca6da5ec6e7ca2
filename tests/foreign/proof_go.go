// SPDX-License-Identifier: EUPL-1.2

// proof_go VKEY FILE...: is each file a c2sp.org/tlog-proof with the record in its extra line, by
// Debian's golang.org/x/mod/sumdb alone? A proof with one bit of the record changed must not be.
package main

import (
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func decode(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range os.Args[2:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		head, checkpoint, found := strings.Cut(string(text), "\n\n")
		lines := strings.Split(head, "\n")
		if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
			log.Fatalf("%s: no tlog-proof", name)
		}
		record := decode(strings.TrimPrefix(lines[1], "extra "))
		var index, size int64
		fmt.Sscanf(lines[2], "index %d", &index)
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			var hash tlog.Hash
			copy(hash[:], decode(line))
			proof = append(proof, hash)
		}
		opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		said := strings.Split(opened.Text, "\n")
		fmt.Sscan(said[1], &size)
		var root tlog.Hash
		copy(root[:], decode(said[2]))
		if err := tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(record)); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		record[len(record)/2] ^= 1
		if tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(record)) == nil {
			log.Fatalf("%s: a changed record was accepted", name)
		}
		fmt.Printf("record %d of %d, %d cosignatures\n", index, size, len(opened.UnverifiedSigs))
	}
}
