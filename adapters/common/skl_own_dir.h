/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OWN_DIR_H
#define SKL_OWN_DIR_H

/*
 * skl_own_dir - the connector `dir` for an own system whose files can be read as the JSON of an own
 * system, whatever they are written in: from in/ to the hub, and what comes back to out/. A role
 * that works so is a descriptor with its own codec beside this.
 *
 * Owner:    the adapter's thread.
 * Lifetime: skl_own_dir_open .. skl_own_dir_close.
 * Errors:   as skl_adapter.h.
 * Limits:   files of at most 1 MiB; one folder; nothing is parked.
 */

#include "skl_adapter.h"
#include "skl_dir.h"
#include "skl_own_json.h"

#define SKL_OWN_DIR_MAX_BYTES ((size_t)1024 * 1024)
#define SKL_OWN_DIR_PLACE     160u

/* Options of every such role: the first member of its configuration, named `dir`. */
struct skl_own_dir_config {
	char *folder;
	long done_keep_days;
	long repair_hours;
	long settle_ms;
};

#define SKL_OWN_DIR_ROW(config, option, kind, value, low, high, bits, text)                        \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(config, dir.option), .help = text                \
	}

/* Their rows, for the table of a role whose configuration is of type `config`. */
#define SKL_OWN_DIR_ROWS(config)                                                                   \
	SKL_OWN_DIR_ROW(config, folder, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,          \
			"folder shared with the own system"),                                      \
		SKL_OWN_DIR_ROW(config, done_keep_days, SKL_CONFIG_NUMBER, "7", 0, 3650, 0,        \
				"days a file stays in done/; 0: for ever"),                        \
		SKL_OWN_DIR_ROW(config, repair_hours, SKL_CONFIG_NUMBER, "24", 1, 720, 0,          \
				"hours to mend the form of an acute message"),                     \
		SKL_OWN_DIR_ROW(config, settle_ms, SKL_CONFIG_NUMBER, "2000", 1, 600000, 0,        \
				"age of a file found at start that was not seen closed")

/*
 * How native files are written. Pure functions; arg is the role's own.
 *
 * An object of the JSON may have a member "line": where it stands in the file. A finding at that
 * object or below it is told with this line.
 */
struct skl_own_dir_codec {
	const char *suffix; /* ".json" */
	/*
	 * A file as the JSON of an own system. NULL: the findings say why; none of them: no memory.
	 * The caller releases it.
	 */
	json_t *(*read)(void *arg, struct skl_view native, struct skl_findings *findings);
	/* What stands in a file of out/ named "ROOT-ID"; message NULL: no memory. */
	void (*write)(void *arg, const char *root, const json_t *message, struct skl_buf *buf);
	/* Kinds with purpose and ground, and the law it collects under. */
	void (*own_opts)(void *arg, struct skl_own_opts *opts);
	/* NULL; or what of a message only the directory tells (NULL: there is none yet). */
	void (*address)(void *arg, json_t *message, const struct skl_directory *directory);
	/* NULL; or a field in the own system's words. */
	void (*place)(void *arg, const char *place, char ret[SKL_OWN_DIR_PLACE]);
};

struct skl_own_dir;

/* What the descriptor of a role calls; self is a struct skl_own_dir. All but adapter outlive it. */
SKL_MUST_CHECK enum skl_err skl_own_dir_open(struct skl_adapter *adapter,
					     const struct skl_own_dir_config *config,
					     const struct skl_own_dir_codec *codec, void *arg,
					     struct skl_own_dir **ret_self,
					     struct skl_error *reterr);
void skl_own_dir_close(struct skl_own_dir *own);
size_t skl_own_dir_fds(void *self, int ret_fds[SKL_ADAPTER_FDS]);
int64_t skl_own_dir_timeout_ms(void *self);
void skl_own_dir_step(void *self);
enum skl_err skl_own_dir_on_message(void *arg, const struct skl_received *received);
enum skl_err skl_own_dir_on_result(void *arg, const struct skl_context *context,
				   const Schakel__V1__Result *result);
enum skl_err skl_own_dir_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				   const char *text);
enum skl_err skl_own_dir_on_receipt(void *arg, const struct skl_context *context,
				    const struct skl_client_receipt *receipt);
enum skl_err skl_own_dir_on_notice(void *arg, const struct skl_context *context,
				   const Schakel__V1__Notice *notice);
void skl_own_dir_on_alarm(void *arg, const struct skl_alarm *alarm);
void skl_own_dir_health(void *self, json_t *status);

/* They go into the descriptor whole. */
#define SKL_OWN_DIR_CALLS                                                                          \
	.fds = skl_own_dir_fds, .timeout_ms = skl_own_dir_timeout_ms, .step = skl_own_dir_step,    \
	.on_message = skl_own_dir_on_message, .on_result = skl_own_dir_on_result,                  \
	.on_failed = skl_own_dir_on_failed, .on_receipt = skl_own_dir_on_receipt,                  \
	.on_notice = skl_own_dir_on_notice, .on_alarm = skl_own_dir_on_alarm,                      \
	.health = skl_own_dir_health

/*
 * The reason file beside a rejected file, in Dutch and English: key: value lines, for people and
 * programs alike, with the line, or the own system's name of each field.
 */
void skl_own_dir_reason(const struct skl_own_dir_codec *codec, void *arg, const char *file,
			const struct skl_mapped *mapped, const struct skl_findings *findings,
			const char *phone, struct skl_buf *buf);

/*
 * skl_own_dir_try.c: what would be sent of a native file, in our names; false: why not. Without a
 * directory: whether a recipient is there is found out when it is sent.
 */
bool skl_own_dir_try(const struct skl_own_dir_codec *codec, void *arg, const char *name,
		     struct skl_view native, struct skl_buf *text);

/* Give findings the line of the object that they are about; message NULL: nothing. */
void skl_own_dir_lines(const json_t *message, struct skl_findings *findings);

/* ---- between the files of this class ---- */

struct skl_own_dir {
	struct skl_adapter *adapter;             /* borrowed */
	const struct skl_own_dir_config *config; /* borrowed */
	const struct skl_own_dir_codec *codec;   /* borrowed */
	void *arg;                               /* borrowed: of the codec */
	struct skl_dir *dir;                     /* owned */
	int64_t purge_mono_ms;
};

/* skl_own_dir_in.c; skl_dir_fn: a file in in/. */
enum skl_err skl_own_dir_take(void *arg, enum skl_dir_place place, const char *name);

/* skl_own_dir_out.c. "Bel nu": into out/, once a message, with an after-record. */
void skl_own_dir_emergency(struct skl_own_dir *own, const struct skl_mapped *mapped,
			   const uint8_t id[SKL_ID_BYTES]);
/* What to mend of an acute message that went as it was. */
SKL_MUST_CHECK enum skl_err skl_own_dir_repair(struct skl_own_dir *own,
					       const struct skl_mapped *mapped,
					       const struct skl_findings *findings,
					       const uint8_t id[SKL_ID_BYTES], int64_t due_ms);

#endif
