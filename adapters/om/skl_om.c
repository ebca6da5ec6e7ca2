/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `om`: descriptor, to whom on which ground, and its words for our fields. */

#include "skl_om.h"

#include <stdio.h>
#include <string.h>

#include "skl_mem.h"

static const struct skl_config_row rows[] = {SKL_OWN_DIR_ROWS(struct skl_om_config),
					     {.name = "schema",
					      .type = SKL_CONFIG_TEXT,
					      .by_default = "/usr/local/share/schakel/om.xsd",
					      .offset = offsetof(struct skl_om_config, schema),
					      .help = "XSD of native messages"},
					     {.name = NULL}};

/* ---- to whom ---- */

#define ANY_KIND SKL_KIND_UNSPECIFIED
#define ANY_ROLE SKL_ROLE_UNSPECIFIED

/*
 * Justice among itself: Wjsg 39e. Who protects: 39f(1)(f), help to victims and others concerned.
 * The table: WGS 1.5. Whoever else is named is asked for on the ground of the first: the hub
 * refuses it, and says who may have it.
 */
const struct skl_own_address_row skl_om_addresses[] = {
	{SKL_KIND_TASK_DONE, ANY_ROLE, SKL_PURPOSE_SUPERVISE_DISCLOSURE, SKL_GROUND_SUPERVISION},
	{SKL_KIND_CONFERENCE_CONTRIBUTION, ANY_ROLE, SKL_PURPOSE_SAFETY_CONSULTATION,
	 SKL_GROUND_WGS_1_5},
	{SKL_KIND_CONFERENCE_ABSENCE, ANY_ROLE, SKL_PURPOSE_SAFETY_CONSULTATION,
	 SKL_GROUND_WGS_1_5},
	{SKL_KIND_CONFERENCE_DECISION, SKL_ROLE_VEILIG_THUIS, SKL_PURPOSE_SAFETY_CONSULTATION,
	 SKL_GROUND_WJSG_39F_1_F},
	{SKL_KIND_CONFERENCE_DECISION, ANY_ROLE, SKL_PURPOSE_SAFETY_CONSULTATION,
	 SKL_GROUND_WJSG_39E},
	{ANY_KIND, SKL_ROLE_VEILIG_THUIS, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WJSG_39F_1_F},
	{ANY_KIND, SKL_ROLE_YOUTH_PROTECTION, SKL_PURPOSE_CHILD_PROTECTION,
	 SKL_GROUND_WJSG_39F_1_F},
	{ANY_KIND, SKL_ROLE_ZVH, SKL_PURPOSE_SAFETY_CONSULTATION, SKL_GROUND_WGS_1_5},
	{SKL_KIND_BEHAVIOURAL_ORDER, SKL_ROLE_PROBATION, SKL_PURPOSE_SUPERVISION_OF_MEASURE,
	 SKL_GROUND_WJSG_39E},
	{SKL_KIND_MEASURE_CHANGE, SKL_ROLE_PROBATION, SKL_PURPOSE_SUPERVISION_OF_MEASURE,
	 SKL_GROUND_WJSG_39E},
	{ANY_KIND, ANY_ROLE, SKL_PURPOSE_PROSECUTION, SKL_GROUND_WJSG_39E},
};
const size_t skl_om_address_count = SKL_COUNT(skl_om_addresses);

static void address(void *arg, json_t *message, const struct skl_directory *directory)
{
	(void)arg;
	skl_own_address(message, directory, skl_om_addresses, skl_om_address_count);
}

static void own_opts(void *arg, struct skl_own_opts *opts)
{
	(void)arg;
	opts->source_law = SKL_SOURCE_LAW_WJSG;
}

/* What the XML calls the field that a place begins with. */
static void place(void *arg, const char *field, char ret[SKL_OWN_DIR_PLACE])
{
	static const char *const names[][2] = {
		{"id", "id"},
		{"userRef", "medewerker"},
		{"checkedBy", "gecontroleerd-door"},
		{"checkedAt", "gecontroleerd-op"},
		{"acuteBy", "acuut-verklaard-door"},
		{"caseRef", "casus"},
		{"case", "zaak"},
		{"inReplyTo", "antwoord-op"},
		{"refersTo", "betreft"},
		{"to", "ontvanger"},
		{"subjects", "persoon"},
		{"sections", "persoon, strafzaak of maatregel"},
		{"events", "zitting, maatregel of moment"},
	};
	size_t len = strcspn(field, ".[");

	(void)arg;
	for (size_t i = 0; i < SKL_COUNT(names); i++) {
		if (strlen(names[i][0]) == len && strncmp(names[i][0], field, len) == 0)
			(void)snprintf(ret, SKL_OWN_DIR_PLACE, "%s", names[i][1]);
	}
}

const struct skl_own_dir_codec skl_om_codec = {.suffix = ".xml",
					       .read = skl_om_read,
					       .write = skl_om_write,
					       .own_opts = own_opts,
					       .address = address,
					       .place = place};

/* ---- schema and words ---- */

void skl_om_free(struct skl_om *om)
{
	if (!om)
		return;
	skl_xml_schema_free(om->schema);
	skl_mapping_free(om->mapping);
	skl_free(om);
}

static enum skl_err load_words(struct skl_mapping **ret_mapping, struct skl_error *reterr)
{
	struct skl_buf text;
	enum skl_err err;

	skl_buf_init(&text, SKL_MAPPING_MAX_BYTES);
	for (size_t i = 0; i < skl_om_word_count; i++)
		skl_buf_addf(&text, "%s\n", skl_om_words[i]);
	err = skl_buf_err(&text);
	if (!err)
		err = skl_mapping_load(skl_buf_view(&text), ret_mapping, reterr);
	else
		err = skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	skl_buf_done(&text);
	return err;
}

enum skl_err skl_om_open(const char *schema, struct skl_om **ret_om, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_om_freep) struct skl_om *om = skl_calloc(1, sizeof(*om));
	enum skl_err err;

	if (!om)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	err = skl_xml_schema_open(schema, &om->schema, reterr);
	if (!err)
		err = load_words(&om->mapping, reterr);
	if (err)
		return err;
	*ret_om = SKL_STEAL(om);
	return SKL_OK;
}

/* ---- descriptor ---- */

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_om_freep) struct skl_om *om = NULL;
	const struct skl_om_config *config = arg;

	return skl_om_open(config->schema, &om, reterr);
}

static bool try_native(const void *arg, const char *name, struct skl_view native,
		       struct skl_buf *text)
{
	SKL_CLEANUP(skl_om_freep) struct skl_om *om = NULL;
	const struct skl_om_config *config = arg;
	struct skl_error error = {0};

	if (skl_om_open(config->schema, &om, &error)) {
		skl_buf_addf(text, "%s\n", error.text);
		return false;
	}
	return skl_own_dir_try(&skl_om_codec, om, name, native, text);
}

static void stop(void *self)
{
	struct skl_own_dir *own = self;
	struct skl_om *om = own ? own->arg : NULL;

	skl_own_dir_close(own);
	skl_om_free(om);
}

static enum skl_err start(struct skl_adapter *adapter, const void *arg, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(skl_om_freep) struct skl_om *om = NULL;
	const struct skl_om_config *config = arg;
	struct skl_own_dir *own = NULL;
	enum skl_err err = skl_om_open(config->schema, &om, reterr);

	if (!err)
		err = skl_own_dir_open(adapter, &config->dir, &skl_om_codec, om, &own, reterr);
	if (err)
		return err;
	(void)SKL_STEAL(om); /* it is own's */
	*ret_self = own;
	return SKL_OK;
}

const struct skl_adapter_role skl_om_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "om",
	.section = "om",
	.rows = rows,
	.config_size = sizeof(struct skl_om_config),
	.check = check,
	.try_native = try_native,
	.start = start,
	.stop = stop,
	SKL_OWN_DIR_CALLS,
};
