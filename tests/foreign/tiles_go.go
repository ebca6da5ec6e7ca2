// SPDX-License-Identifier: EUPL-1.2

// tiles_go VKEY FOLDER: Debian's golang.org/x/mod/sumdb reads a c2sp.org/tlog-tiles folder: the
// checkpoint's signature, every tile against its root, every entry of a bundle against its tile.
// tlog has the paths of the Go checksum database: "tile/8/0/000" where ours are "tile/0/000".
package main

import (
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var list [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	dir := folder(os.Args[2])
	text, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	if err != nil {
		log.Fatal(err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		log.Fatal(err)
	}
	var size int64
	said := strings.Split(opened.Text, "\n")
	fmt.Sscan(said[1], &size)
	root, err := base64.StdEncoding.DecodeString(said[2])
	if err != nil || len(root) != 32 {
		log.Fatal("no root")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	reader := tlog.TileHashReader(tree, dir) // refuses a tile that does not lead to the root
	entries, bundles := 0, 0
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: 0, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(string(dir), name))
		var at []int64
		for i := int64(0); i < int64(tile.W); i++ {
			at = append(at, tlog.StoredHashIndex(0, n*256+i))
		}
		hashes, err2 := reader.ReadHashes(at)
		if err2 != nil {
			log.Fatal(err2)
		}
		if os.IsNotExist(err) {
			continue // of another year
		}
		if err != nil {
			log.Fatal(err)
		}
		bundles++
		for i := range hashes {
			length := int(data[0])<<8 | int(data[1])
			if tlog.RecordHash(data[2:2+length]) != hashes[i] {
				log.Fatalf("entry %d differs", n*256+int64(i))
			}
			data = data[2+length:]
			entries++
		}
		if len(data) > 0 {
			log.Fatalf("bundle %d is too long", n)
		}
	}
	fmt.Printf("%d of %d entries in %d bundles\n", entries, size, bundles)
}
