/* SPDX-License-Identifier: EUPL-1.2 */
#include "mdbfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_mem.h"

/* The layout of LMDB 0.9 (mdb.c: MDB_page, MDB_node, MDB_db, MDB_meta) on a 64-bit machine. */
#define MAGIC         0xbeefc0deu
#define DATA_VERSION  1u
#define PAGE_HEADER   16u
#define META_BYTES    (PAGE_HEADER + 24u + 2u * DB_BYTES + 16u)
#define DB_BYTES      48u
#define NODE_HEADER   8u
#define PAGE_BRANCH   0x01u
#define PAGE_LEAF     0x02u
#define PAGE_OVERFLOW 0x04u
#define PAGE_META     0x08u
#define NODE_BIG      0x01u
#define NODE_SUBDATA  0x02u
#define NO_PAGE       UINT64_MAX
#define KEY_MAX       511u
#define DEPTH_MAX     32
#define VALUE_MAX     (8u * 1024u * 1024u)

struct tree {
	unsigned flags; /* 0 in every database of ours */
	unsigned depth;
	uint64_t entries;
	uint64_t root;
};

struct mdbfile {
	int fd;
	uint64_t size;
	uint32_t page_size;
	uint64_t last_page; /* of the snapshot that is read */
	struct tree main;
	mdbfile_issue_fn issue;
	void *arg;
};

/* One page on the way down: its bytes and the next node to look at. */
struct level {
	uint8_t *page; /* its part of the cursor's pages */
	uint64_t number;
	unsigned next;
};

struct mdbfile_cursor {
	struct mdbfile *file; /* borrowed */
	const char *name;     /* borrowed */
	struct tree tree;
	uint8_t *pages; /* owned, one for each level */
	struct level level[DEPTH_MAX];
	int top;             /* -1: at the end */
	uint64_t pages_left; /* against loops: no tree has more pages than the file */
	uint64_t rows;
	bool is_started;
	bool has_last;
	size_t last_len;
	uint8_t last_key[KEY_MAX];
	uint8_t *value; /* owned, of a row on pages of its own */
	size_t value_cap;
};

/* --- little-endian fields ----------------------------------------------------- */

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
	return (uint64_t)get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* --- the file ----------------------------------------------------------------- */

static void tell(const struct mdbfile *file, const char *db, uint64_t page, const char *what)
{
	file->issue(file->arg, db, page, what);
}

size_t mdbfile_read(const struct mdbfile *file, uint64_t offset, uint8_t *bytes, size_t len)
{
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	while (done < len) {
		ssize_t got = pread(file->fd, bytes + done, len - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

uint64_t mdbfile_size(const struct mdbfile *file)
{
	return file->size;
}

static struct tree get_tree(const uint8_t *at)
{
	return (struct tree){.depth = (uint16_t)get16(at + 6),
			     .entries = get64(at + 32),
			     .root = get64(at + 40)};
}

struct meta {
	bool is_valid;
	uint32_t page_size;
	uint64_t txn;
	uint64_t last_page;
	struct tree main;
};

static struct meta get_meta(const struct mdbfile *file, uint64_t offset, unsigned number)
{
	uint8_t bytes[META_BYTES];
	const uint8_t *at = bytes + PAGE_HEADER;
	struct meta meta = {0};

	if (mdbfile_read(file, offset, bytes, sizeof(bytes)) != sizeof(bytes))
		return meta;
	meta.page_size = get32(at + 24);
	meta.main = get_tree(at + 24 + DB_BYTES);
	meta.last_page = get64(at + 24 + 2 * DB_BYTES);
	meta.txn = get64(at + 24 + 2 * DB_BYTES + 8);
	meta.is_valid = get32(at) == MAGIC && get32(at + 4) == DATA_VERSION &&
			(get16(bytes + 10) & PAGE_META) != 0 && get64(bytes) == number &&
			meta.page_size >= 512 && meta.page_size <= 65536 &&
			(meta.page_size & (meta.page_size - 1)) == 0 &&
			meta.last_page < file->size / meta.page_size + (1u << 20) &&
			(meta.main.root == NO_PAGE || meta.main.root <= meta.last_page) &&
			(meta.txn == 0 || (meta.txn & 1) == number);
	return meta;
}

/* The second meta page stands where the first says; if that one is broken, try all sizes. */
static struct meta get_second(const struct mdbfile *file, const struct meta *first)
{
	struct meta none = {0};

	if (first->is_valid)
		return get_meta(file, first->page_size, 1);
	for (uint32_t size = 512; size <= 65536; size *= 2) {
		struct meta meta = get_meta(file, size, 1);

		if (meta.is_valid && meta.page_size == size)
			return meta;
	}
	return none;
}

/* --- a lost root ---------------------------------------------------------------- */

static const char *const trail[] = {"entry", "hash", "detail", "checkpoint", "promise"};

/* How many rows of the trail the databases listed in this page have; 0 if it is no such list. */
static uint64_t rows_listed(const struct mdbfile *file, const uint8_t *page)
{
	unsigned lower = get16(page + 12);
	uint64_t rows = 0;

	if (get16(page + 10) != PAGE_LEAF || lower < PAGE_HEADER || lower > file->page_size)
		return 0;
	for (unsigned at = PAGE_HEADER; at + 1 < lower; at += 2) {
		unsigned offset = get16(page + at);
		const uint8_t *node = page + offset;

		for (size_t i = 0; i < SKL_COUNT(trail); i++) {
			size_t len = strlen(trail[i]);

			if (offset + NODE_HEADER + len + DB_BYTES <= file->page_size &&
			    get16(node + 4) == NODE_SUBDATA && get16(node + 6) == len &&
			    memcmp(node + NODE_HEADER, trail[i], len) == 0)
				rows += get_tree(node + NODE_HEADER + len).entries;
		}
	}
	return rows;
}

/*
 * The list of databases fits one page. If no meta page leads to it, the fullest one in the file is
 * the newest: the trail only grows.
 */
static void find_root(struct mdbfile *file)
{
	SKL_CLEANUP(skl_freep) uint8_t *page = skl_calloc(1, file->page_size);
	uint64_t best = 0, last = file->size / file->page_size;

	if (!page)
		return;
	if (file->main.root != NO_PAGE && mdbfile_read(file, file->main.root * file->page_size,
						       page, file->page_size) == file->page_size)
		best = rows_listed(file, page);
	for (uint64_t number = 2; number < last; number++) {
		uint64_t rows;

		if (mdbfile_read(file, number * file->page_size, page, file->page_size) !=
			    file->page_size ||
		    get64(page) != number)
			continue;
		rows = rows_listed(file, page);
		if (rows <= best)
			continue;
		best = rows;
		file->main.root = number;
		file->main.entries = (get16(page + 12) - PAGE_HEADER) / 2;
		file->main.depth = 1;
		file->main.flags = 0;
		file->last_page = last - 1;
	}
}

/* Does the root lead to the databases of the trail? */
static bool has_list(struct mdbfile *file)
{
	SKL_CLEANUP(skl_freep) uint8_t *page = skl_calloc(1, file->page_size);

	return page && file->main.root != NO_PAGE &&
	       mdbfile_read(file, file->main.root * file->page_size, page, file->page_size) ==
		       file->page_size &&
	       (get16(page + 10) == PAGE_BRANCH || rows_listed(file, page) > 0);
}

static enum skl_err choose_meta(struct mdbfile *file, const char *path, struct skl_error *reterr)
{
	struct meta first = get_meta(file, 0, 0);
	struct meta second = get_second(file, &first);
	const struct meta *use;
	bool is_whole;

	if (!first.is_valid && !second.is_valid)
		return skl_error_set(reterr, SKL_EFORMAT, 0, 0,
				     "%s: both meta pages are unreadable", path);
	if (!first.is_valid)
		tell(file, "", 0, "meta page damaged");
	if (!second.is_valid)
		tell(file, "", 1, "meta page damaged");
	use = second.is_valid && (!first.is_valid || second.txn > first.txn) ? &second : &first;
	/* commits write the two in turn, so that they are one apart */
	is_whole = first.is_valid && second.is_valid;
	if (is_whole &&
	    (first.txn > second.txn ? first.txn - second.txn : second.txn - first.txn) > 1) {
		tell(file, "", use == &second, "meta pages contradict each other");
		is_whole = false;
	}
	file->page_size = use->page_size;
	file->last_page = use->last_page;
	file->main = use->main;
	if (file->size / file->page_size <= use->last_page)
		tell(file, "", file->size / file->page_size, "the file ends before its last page");
	if (!is_whole || !has_list(file))
		find_root(file);
	return SKL_OK;
}

enum skl_err mdbfile_open(const char *path, mdbfile_issue_fn issue, void *arg,
			  struct mdbfile **ret_file, struct skl_error *reterr)
{
	SKL_CLEANUP(mdbfile_closep) struct mdbfile *file = skl_calloc(1, sizeof(*file));
	struct stat info;
	enum skl_err err;

	if (!file)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	file->issue = issue;
	file->arg = arg;
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &info) != 0)
		return skl_error_errno(reterr, errno, path);
	if (!S_ISREG(info.st_mode))
		return skl_error_set(reterr, SKL_EIO, 0, 0, "%s: not a file", path);
	file->size = (uint64_t)info.st_size;
	err = choose_meta(file, path, reterr);
	if (err != SKL_OK)
		return err;
	*ret_file = SKL_STEAL(file);
	return SKL_OK;
}

void mdbfile_close(struct mdbfile *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		(void)close(file->fd); /* only read */
	skl_free(file);
}

/* --- pages -------------------------------------------------------------------- */

static unsigned node_count(const uint8_t *page)
{
	return (get16(page + 12) - PAGE_HEADER) / 2;
}

/* Read page number into the level; false, and told, if it is no page of a tree. */
static bool load(struct mdbfile_cursor *cursor, struct level *level, uint64_t number)
{
	struct mdbfile *file = cursor->file;
	unsigned flags, lower, upper;

	if (number > file->last_page || number < 2) {
		tell(file, cursor->name, number, "a page number outside the file");
		return false;
	}
	if (cursor->pages_left == 0) {
		tell(file, cursor->name, number, "more pages than the file has: a loop");
		return false;
	}
	cursor->pages_left--;
	if (mdbfile_read(file, number * file->page_size, level->page, file->page_size) !=
	    file->page_size) {
		tell(file, cursor->name, number, "unreadable");
		return false;
	}
	flags = get16(level->page + 10);
	lower = get16(level->page + 12);
	upper = get16(level->page + 14);
	if (get64(level->page) != number)
		tell(file, cursor->name, number, "the page has another number");
	if ((flags != PAGE_BRANCH && flags != PAGE_LEAF) || lower < PAGE_HEADER || lower > upper ||
	    upper > file->page_size || (lower & 1)) {
		tell(file, cursor->name, number, "the page header is damaged");
		return false;
	}
	level->number = number;
	level->next = 0;
	return true;
}

/* Where node i starts, if its header and key lie in the page; NULL, and told, if not. */
static const uint8_t *node_at(struct mdbfile_cursor *cursor, const struct level *level, unsigned i)
{
	unsigned offset = get16(level->page + PAGE_HEADER + 2 * i);
	unsigned upper = get16(level->page + 14);
	const uint8_t *node = level->page + offset;

	if (offset < get16(level->page + 12) || offset + NODE_HEADER > cursor->file->page_size ||
	    get16(node + 6) > KEY_MAX ||
	    offset + NODE_HEADER + get16(node + 6) > cursor->file->page_size) {
		tell(cursor->file, cursor->name, level->number, "a node is damaged");
		return NULL;
	}
	if (offset < upper)
		tell(cursor->file, cursor->name, level->number, "the page header is damaged");
	return node;
}

/* A value on pages of its own. */
static bool load_overflow(struct mdbfile_cursor *cursor, uint64_t number, size_t len,
			  struct skl_view *ret_value)
{
	struct mdbfile *file = cursor->file;
	uint8_t header[PAGE_HEADER];
	uint64_t pages = (PAGE_HEADER + len - 1) / file->page_size + 1;

	if (number < 2 || number > file->last_page || len > VALUE_MAX ||
	    pages > file->last_page - number + 1 ||
	    mdbfile_read(file, number * file->page_size, header, PAGE_HEADER) != PAGE_HEADER ||
	    get16(header + 10) != PAGE_OVERFLOW || get32(header + 12) < pages) {
		tell(file, cursor->name, number, "pages of a long value are damaged");
		return false;
	}
	if (get64(header) != number)
		tell(file, cursor->name, number, "the page has another number");
	if (len > cursor->value_cap) {
		uint8_t *grown = skl_realloc_array(cursor->value, len, 1);

		if (!grown)
			return false;
		cursor->value = grown;
		cursor->value_cap = len;
	}
	if (mdbfile_read(file, number * file->page_size + PAGE_HEADER, cursor->value, len) != len) {
		tell(file, cursor->name, number, "unreadable");
		return false;
	}
	*ret_value = skl_view_of(cursor->value, len);
	return true;
}

/* Key and value of a leaf's node. */
static bool load_row(struct mdbfile_cursor *cursor, const struct level *level, const uint8_t *node,
		     struct skl_view *ret_key, struct skl_view *ret_value)
{
	size_t key_len = get16(node + 6), len = get32(node);
	unsigned flags = get16(node + 4);
	const uint8_t *data = node + NODE_HEADER + key_len;
	size_t room = (size_t)(level->page + cursor->file->page_size - data);

	*ret_key = skl_view_of(node + NODE_HEADER, key_len);
	if (flags == NODE_BIG && room >= 8)
		return load_overflow(cursor, get64(data), len, ret_value);
	if ((flags != 0 && flags != NODE_SUBDATA) || len > room) {
		tell(cursor->file, cursor->name, level->number, "a node is damaged");
		return false;
	}
	*ret_value = skl_view_of(data, len);
	return true;
}

/* --- cursors ------------------------------------------------------------------ */

static struct mdbfile_cursor *cursor_of(struct mdbfile *file, struct tree tree, const char *name)
{
	struct mdbfile_cursor *cursor = skl_calloc(1, sizeof(*cursor));

	if (!cursor)
		return NULL;
	cursor->pages = skl_calloc(DEPTH_MAX, file->page_size);
	if (!cursor->pages) {
		skl_free(cursor);
		return NULL;
	}
	for (size_t i = 0; i < DEPTH_MAX; i++)
		cursor->level[i].page = cursor->pages + i * file->page_size;
	cursor->file = file;
	cursor->name = name;
	cursor->tree = tree;
	cursor->top = -1;
	cursor->pages_left = file->size / file->page_size + 1;
	return cursor;
}

enum skl_err mdbfile_cursor_new(struct mdbfile *file, const char *name,
				struct mdbfile_cursor **ret_cursor)
{
	SKL_CLEANUP(mdbfile_cursor_freep)
	struct mdbfile_cursor *names = cursor_of(file, file->main, "");
	struct skl_view key, value;
	struct tree tree = {0};
	bool is_found = false;

	if (!names)
		return SKL_ENOMEM;
	/* to the end, so that all damage to the list is told */
	while (mdbfile_cursor_next(names, &key, &value)) {
		if (!skl_view_is(key, name) || value.len != DB_BYTES)
			continue;
		tree = get_tree(value.data);
		is_found = true;
	}
	if (!is_found)
		return SKL_ENOTFOUND;
	*ret_cursor = cursor_of(file, tree, name);
	return *ret_cursor ? SKL_OK : SKL_ENOMEM;
}

void mdbfile_cursor_free(struct mdbfile_cursor *cursor)
{
	if (!cursor)
		return;
	skl_free(cursor->pages);
	skl_free(cursor->value);
	skl_free(cursor);
}

uint64_t mdbfile_cursor_claimed(const struct mdbfile_cursor *cursor)
{
	return cursor->tree.entries;
}

/* Keys ascend; the row is given all the same, whoever reads it knows more. */
static void check_order(struct mdbfile_cursor *cursor, uint64_t page, struct skl_view key)
{
	size_t shorter = key.len < cursor->last_len ? key.len : cursor->last_len;
	int order = cursor->has_last && shorter ? memcmp(cursor->last_key, key.data, shorter) : 0;

	if (cursor->has_last && (order > 0 || (order == 0 && cursor->last_len >= key.len)))
		tell(cursor->file, cursor->name, page, "keys are out of order");
	memcpy(cursor->last_key, key.data, key.len);
	cursor->last_len = key.len;
	cursor->has_last = true;
}

/* From a branch page down to the next child. */
static void descend(struct mdbfile_cursor *cursor)
{
	struct level *level = &cursor->level[cursor->top];
	const uint8_t *node = node_at(cursor, level, level->next++);
	uint64_t child;

	if (!node)
		return;
	child = (uint64_t)get32(node) | (uint64_t)get16(node + 4) << 32;
	if (cursor->top + 1 >= DEPTH_MAX) {
		tell(cursor->file, cursor->name, level->number, "the tree is too deep");
		return;
	}
	if (load(cursor, &cursor->level[cursor->top + 1], child))
		cursor->top++;
}

static void start(struct mdbfile_cursor *cursor)
{
	cursor->is_started = true;
	if (cursor->tree.root == NO_PAGE) {
		if (cursor->tree.entries != 0)
			tell(cursor->file, cursor->name, 0, "the database lost its root");
		return;
	}
	if (cursor->tree.flags != 0 || cursor->tree.depth > DEPTH_MAX)
		tell(cursor->file, cursor->name, cursor->tree.root,
		     "the record of the database is damaged");
	if (load(cursor, &cursor->level[0], cursor->tree.root))
		cursor->top = 0;
}

bool mdbfile_cursor_next(struct mdbfile_cursor *cursor, struct skl_view *ret_key,
			 struct skl_view *ret_value)
{
	if (!cursor->is_started)
		start(cursor);
	while (cursor->top >= 0) {
		struct level *level = &cursor->level[cursor->top];
		const uint8_t *node;

		if (level->next >= node_count(level->page)) {
			cursor->top--;
			continue;
		}
		if (get16(level->page + 10) == PAGE_BRANCH) {
			descend(cursor);
			continue;
		}
		node = node_at(cursor, level, level->next++);
		if (!node || !load_row(cursor, level, node, ret_key, ret_value))
			continue;
		check_order(cursor, level->number, *ret_key);
		cursor->rows++;
		return true;
	}
	if (cursor->rows != cursor->tree.entries && cursor->is_started) {
		tell(cursor->file, cursor->name, cursor->tree.root,
		     "another number of rows than the database says");
		cursor->rows = cursor->tree.entries; /* told once */
	}
	return false;
}
