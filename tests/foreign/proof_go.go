// SPDX-License-Identifier: EUPL-1.2

// proof_go VKEY FILE...: is each file a c2sp.org/tlog-proof with the record in its extra line, or a
// proof that one checkpoint adds to another, by Debian's golang.org/x/mod/sumdb alone? A proof with
// one bit of the record, or of a hash, changed must not be.
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

// open reads a checkpoint that the log signed: its size and root, and how many others signed.
func open(name string, text string, verifier note.Verifier) (int64, tlog.Hash, int) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	said := strings.Split(opened.Text, "\n")
	var size int64
	var root tlog.Hash
	fmt.Sscan(said[1], &size)
	copy(root[:], decode(said[2]))
	return size, root, len(opened.UnverifiedSigs)
}

// consistency checks a file that has two checkpoints and the hashes between them.
func consistency(name string, text string, verifier note.Verifier) {
	blocks := strings.Split(text, "\n\n")
	if len(blocks) != 5 {
		log.Fatalf("%s: %d blocks", name, len(blocks))
	}
	size, root, _ := open(name, blocks[1]+"\n\n"+blocks[2]+"\n", verifier)
	old, was, _ := open(name, blocks[3]+"\n\n"+blocks[4], verifier)
	lines := strings.Split(blocks[0], "\n")
	if lines[1] != fmt.Sprintf("old %d", old) {
		log.Fatalf("%s: %s", name, lines[1])
	}
	proof := tlog.TreeProof{}
	for _, line := range lines[2:] {
		var hash tlog.Hash
		copy(hash[:], decode(line))
		proof = append(proof, hash)
	}
	if err := tlog.CheckTree(proof, size, root, old, was); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	for i := range proof {
		proof[i][i%32] ^= 1
		if tlog.CheckTree(proof, size, root, old, was) == nil {
			log.Fatalf("%s: a changed hash was accepted", name)
		}
		proof[i][i%32] ^= 1
	}
	fmt.Printf("tree %d adds to %d\n", size, old)
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
		if strings.HasPrefix(string(text), "schakel/v1 consistency\n") {
			consistency(name, string(text), verifier)
			continue
		}
		head, checkpoint, found := strings.Cut(string(text), "\n\n")
		lines := strings.Split(head, "\n")
		if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
			log.Fatalf("%s: no tlog-proof", name)
		}
		record := decode(strings.TrimPrefix(lines[1], "extra "))
		var index int64
		fmt.Sscanf(lines[2], "index %d", &index)
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			var hash tlog.Hash
			copy(hash[:], decode(line))
			proof = append(proof, hash)
		}
		size, root, cosigned := open(name, checkpoint, verifier)
		if err := tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(record)); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		record[len(record)/2] ^= 1
		if tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(record)) == nil {
			log.Fatalf("%s: a changed record was accepted", name)
		}
		fmt.Printf("record %d of %d, %d cosignatures\n", index, size, cosigned)
	}
}
