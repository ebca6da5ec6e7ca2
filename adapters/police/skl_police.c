/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `police`: descriptor, and what goes to out/. */

#include "skl_police.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_police_out.h"
#include "skl_tell.h"
#include "skl_text.h"

#define OUT_BYTES ((size_t)8 * 1024 * 1024)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    (INT64_C(24) * HOUR_MS)

#define ROW(option, kind, value, low, high, bits, text)                                            \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct skl_police_config, option), .help = text  \
	}

static const struct skl_config_row rows[] = {
	ROW(folder, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder shared with the police system"),
	ROW(schema, SKL_CONFIG_TEXT, "/usr/local/share/schakel/melding.xsd", 0, 0, 0,
	    "XSD of native messages"),
	ROW(unit_municipality, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "municipality code of the reporting unit, proposed for parked reports"),
	ROW(done_keep_days, SKL_CONFIG_NUMBER, "7", 0, 3650, 0,
	    "days a file stays in done/; 0: for ever"),
	ROW(repair_hours, SKL_CONFIG_NUMBER, "24", 1, 720, 0,
	    "hours to mend the form of an acute report"),
	ROW(settle_ms, SKL_CONFIG_NUMBER, "2000", 1, 600000, 0,
	    "age of a file found at start that was not seen closed"),
	ROW(crisis_listen, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "address and port where the crisis card is asked; default it is not"),
	ROW(crisis_cert, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "certificate (PEM): TLS on"),
	ROW(crisis_key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_SECRET, "its key (PEM)"),
	ROW(crisis_client_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "who signs client certificates (PEM)"),
	{.name = NULL}};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_xml_schema_freep) struct skl_xml_schema *schema = NULL;
	const struct skl_police_config *config = arg;

	if (config->unit_municipality &&
	    !skl_text_is_municipality(skl_view_str(config->unit_municipality)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "police.unit_municipality: four digits");
	if (!config->crisis_cert != !config->crisis_key ||
	    !config->crisis_cert != !config->crisis_client_ca)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "police.crisis_cert, crisis_key and crisis_client_ca go "
				     "together");
	return skl_xml_schema_open(config->schema, &schema, reterr);
}

static void stop(void *arg)
{
	struct skl_police *police = arg;

	if (!police)
		return;
	skl_httpd_close(police->httpd);
	skl_dir_close(police->dir);
	skl_xml_schema_free(police->schema);
	skl_free(police);
}
SKL_DEFINE_CLEANUP(struct skl_police, stop)

static enum skl_err open_crisis(struct skl_police *police, struct skl_error *reterr)
{
	const struct skl_police_config *config = police->config;
	struct skl_httpd_opts opts = {.address = config->crisis_listen,
				      .cert_file = config->crisis_cert,
				      .key_file = config->crisis_key,
				      .client_ca_file = config->crisis_client_ca,
				      .max_body = (size_t)16 * 1024,
				      .fn = skl_police_crisis_serve,
				      .arg = police};
	enum skl_err err;

	if (!config->crisis_listen)
		return SKL_OK;
	if (!police->adapter->cards)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "police.crisis_listen: goes with cards");
	err = skl_httpd_open(&opts, &police->httpd, reterr);
	if (!err)
		skl_log(SKL_LOG_NOTICE, "http.listening", "port=%u tls=%d what=crisis",
			(unsigned)skl_httpd_port(police->httpd), config->crisis_cert != NULL);
	return err;
}

static enum skl_err start(struct skl_adapter *adapter, const void *config, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(stopp) struct skl_police *police = skl_calloc(1, sizeof(*police));
	struct skl_dir_opts dir_opts;
	enum skl_err err;

	if (!police)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	police->adapter = adapter;
	police->config = config;
	err = skl_xml_schema_open(police->config->schema, &police->schema, reterr);
	if (err)
		return err;
	dir_opts = (struct skl_dir_opts){.root = police->config->folder,
					 .settle_ms = (uint32_t)police->config->settle_ms};
	err = skl_dir_open(&dir_opts, &police->dir, reterr);
	if (!err)
		err = open_crisis(police, reterr);
	if (err)
		return err;
	*ret_self = SKL_STEAL(police);
	return SKL_OK;
}

/* ---- loop ---- */

static size_t fds(void *arg, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_police *police = arg;

	ret_fds[0] = skl_dir_fd(police->dir);
	if (!police->httpd)
		return 1;
	ret_fds[1] = skl_httpd_fd(police->httpd);
	return 2;
}

static int64_t timeout_ms(void *arg)
{
	const struct skl_police *police = arg;
	int64_t purge_ms = police->purge_mono_ms - skl_mono_ms();
	int64_t dir_ms = skl_dir_timeout_ms(police->dir);

	if (purge_ms < 0)
		purge_ms = 0;
	if (dir_ms >= 0 && dir_ms < purge_ms)
		purge_ms = dir_ms;
	if (police->httpd) {
		int64_t crisis_ms = skl_police_crisis_timeout_ms(police);

		if (crisis_ms >= 0 && crisis_ms < purge_ms)
			purge_ms = crisis_ms;
	}
	return purge_ms;
}

static void step(void *arg)
{
	struct skl_police *police = arg;
	size_t gone;

	skl_dir_look(police->dir, skl_police_take, police);
	if (police->httpd)
		skl_police_crisis_step(police);
	if (police->purge_mono_ms > skl_mono_ms())
		return;
	police->purge_mono_ms = skl_mono_ms() + HOUR_MS;
	if (police->config->done_keep_days == 0)
		return;
	gone = skl_dir_purge_done(police->dir,
				  skl_now_ms() - police->config->done_keep_days * DAY_MS);
	if (gone)
		skl_log(SKL_LOG_NOTICE, "done.purged", "files=%zu", gone);
}

/* ---- out ---- */

/* "weigering-<id>.xml" under the key "uitslag/<id>" */
static enum skl_err tell_about(struct skl_police *police, const char *what, const char *root,
			       const uint8_t id[SKL_ID_BYTES], const char *tail,
			       struct skl_buf *text)
{
	const struct skl_tell_file file = {
		.what = what, .root = root, .suffix = ".xml", .id = id, .tail = tail};

	return skl_tell_about(police->adapter, police->dir, &file, text);
}

void skl_police_emergency(struct skl_police *police, enum skl_kind kind, const char *native_id,
			  const uint8_t id[SKL_ID_BYTES], const char *partner)
{
	struct skl_adapter *adapter = police->adapter;
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	const struct skl_dir_partner *one =
		directory ? skl_directory_partner(directory, skl_view_str(partner)) : NULL;
	enum skl_told told = SKL_TOLD_NOT;
	struct skl_buf text;
	char hex[33];
	char key[64];
	enum skl_err err;

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "nood/%s", hex);
	err = skl_state_told_get(adapter->state, key, &told);
	if (!err && told == SKL_TOLD_DONE)
		return;
	skl_buf_init(&text, OUT_BYTES);
	skl_police_out_emergency(native_id, id, one ? one->name : NULL,
				 skl_adapter_phone(adapter, partner), skl_now_ms(), &text);
	err = tell_about(police, "nood", "noodinstructie", id, "", &text);
	skl_adapter_after_record(adapter, kind, id, partner);
	skl_log(err ? SKL_LOG_ERR : SKL_LOG_WARNING, "emergency.told", "id=%s code=%s", hex,
		skl_err_name(err));
}

static void render_message(void *arg, const struct skl_received *received,
			   const struct skl_context *about, char ret_name[SKL_TELL_NAME_BYTES],
			   struct skl_buf *text)
{
	const struct skl_police *police = arg;

	skl_police_out_message(received, about, skl_client_directory(police->adapter->client),
			       text);
	skl_police_out_name(received, ret_name);
}

static enum skl_err on_message(void *arg, const struct skl_received *received)
{
	struct skl_police *police = arg;

	if (police->httpd)
		skl_police_crisis_answer(police, received);
	return skl_tell_received(police->adapter, police->dir, received, render_message, police);
}

static enum skl_err on_result(void *arg, const struct skl_context *context,
			      const Schakel__V1__Result *result)
{
	struct skl_police *police = arg;
	struct skl_buf text;

	/* Who looked at a card has it; only a refusal is worth a file. */
	if (context->kind == SKL_KIND_CRISIS_LOOKUP) {
		if (!skl_adapter_is_refusal(result))
			return SKL_OK;
		if (police->httpd)
			skl_police_crisis_refused(police, context->id, result);
	}
	/* The hub could not judge: as with no answer at all, somebody must call. */
	if (context->is_acute && (unsigned)result->outcome == SKL_OUTCOME_ERROR)
		skl_police_emergency(police, context->kind, context->native_id, context->id,
				     context->partner);
	skl_buf_init(&text, OUT_BYTES);
	skl_police_out_result(context, result, skl_client_directory(police->adapter->client),
			      &text);
	return tell_about(police, "uitslag",
			  skl_adapter_is_refusal(result) ? "weigering" : "aangenomen", context->id,
			  "", &text);
}

static enum skl_err on_failed(void *arg, const struct skl_context *context, enum skl_err err,
			      const char *text)
{
	struct skl_police *police = arg;
	struct skl_buf out;

	skl_buf_init(&out, OUT_BYTES);
	skl_police_out_failed(context, err, text,
			      skl_adapter_phone(police->adapter, context->partner), &out);
	return tell_about(police, "mislukt", "mislukt", context->id, "", &out);
}

static enum skl_err on_receipt(void *arg, const struct skl_context *context,
			       const struct skl_client_receipt *receipt)
{
	struct skl_police *police = arg;
	struct skl_buf text;

	/* Stored or parked is on the way; the officer wants to know whether it arrived. */
	if (receipt->state == SKL_DELIVERY_STORED || receipt->state == SKL_DELIVERY_PARKED ||
	    (context->kind == SKL_KIND_CRISIS_LOOKUP && receipt->state == SKL_DELIVERY_HANDED_OVER))
		return SKL_OK;
	skl_buf_init(&text, OUT_BYTES);
	skl_police_out_receipt(context, receipt, skl_client_directory(police->adapter->client),
			       skl_adapter_phone(police->adapter, receipt->partner), &text);
	return tell_about(police, "bezorgd",
			  receipt->state == SKL_DELIVERY_HANDED_OVER ? "bezorgd" : "niet-bezorgd",
			  context->id, receipt->partner, &text);
}

static enum skl_err on_notice(void *arg, const struct skl_context *context,
			      const Schakel__V1__Notice *notice)
{
	struct skl_police *police = arg;
	struct skl_buf text;
	const char *phone = NULL;

	/* Nothing to name it by: no task of a person, or on_receipt() says it. */
	if (notice->id.len != SKL_ID_BYTES)
		return SKL_OK;
	if (context && (unsigned)notice->state == SKL_DELIVERY_PARKED)
		phone = skl_adapter_phone(police->adapter, context->partner);
	skl_buf_init(&text, OUT_BYTES);
	skl_police_out_notice(context, notice, phone, &text);
	return tell_about(police, "kennisgeving", "kennisgeving", notice->id.data, "", &text);
}

/* An acute message is not recorded after two seconds. */
static void on_alarm(void *arg, const struct skl_alarm *alarm)
{
	struct skl_police *police = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;

	if (alarm->kind != SKL_ALARM_NOT_ANSWERED || alarm->is_over || !alarm->id)
		return;
	context = skl_calloc(1, sizeof(*context));
	if (!context || skl_state_context_get(police->adapter->state, alarm->id, context))
		return; /* spooled by another life of this process: its file told it */
	if (context->kind == SKL_KIND_CRISIS_LOOKUP)
		return; /* who looked was answered, hub or no hub */
	skl_police_emergency(police, context->kind, context->native_id, context->id,
			     context->partner);
}

static void health(void *arg, json_t *status)
{
	struct skl_police *police = arg;

	(void)json_object_set_new(status, "in",
				  json_integer((json_int_t)skl_dir_count(police->dir, SKL_DIR_IN)));
	(void)json_object_set_new(
		status, "parked",
		json_integer((json_int_t)skl_dir_count(police->dir, SKL_DIR_PARKED)));
	(void)json_object_set_new(
		status, "rejected",
		json_integer((json_int_t)skl_dir_count(police->dir, SKL_DIR_REJECTED)));
}

const struct skl_adapter_role skl_police_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "police",
	.section = "police",
	.rows = rows,
	.config_size = sizeof(struct skl_police_config),
	.check = check,
	.start = start,
	.stop = stop,
	.fds = fds,
	.timeout_ms = timeout_ms,
	.step = step,
	.on_message = on_message,
	.on_result = on_result,
	.on_failed = on_failed,
	.on_receipt = on_receipt,
	.on_notice = on_notice,
	.on_alarm = on_alarm,
	.health = health,
};
