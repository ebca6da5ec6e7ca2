/* SPDX-License-Identifier: EUPL-1.2 */

/* Events of the client: logged by id, then given to the role with what is remembered of the
 * message. */

#include <string.h>

#include "adapter.h"
#include "skl_card_make.h"
#include "skl_log.h"
#include "skl_mem.h"

/* What is remembered of a message we sent; a context that is gone leaves the bare id. */
static enum skl_err context_of(struct adapter *adapter, const uint8_t id[16],
			       struct skl_context **ret_context)
{
	struct skl_context *context = skl_calloc(1, sizeof(*context));
	enum skl_err err;

	if (!context)
		return SKL_ENOMEM;
	err = skl_state_context_get(adapter->base.state, id, context);
	if (err == SKL_ENOTFOUND) {
		memcpy(context->id, id, SKL_ID_BYTES);
		context->is_ours = true;
		err = SKL_OK;
	}
	if (err) {
		skl_free(context);
		return err;
	}
	*ret_context = context;
	return SKL_OK;
}

static enum skl_err on_result(void *arg, const uint8_t id[16], const Schakel__V1__Result *result)
{
	struct adapter *adapter = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;
	enum skl_err err = context_of(adapter, id, &context);
	const char *outcome = skl_code_name(SKL_LIST_OUTCOME, result->outcome);
	char hex[SKL_ID_TEXT_BYTES];

	if (!err && adapter->role->on_result)
		err = adapter->role->on_result(adapter->self, context, result);
	if (!err)
		skl_log(SKL_LOG_INFO, "message.result", "id=%s outcome=%s", skl_id_text(id, hex),
			outcome ? outcome : "-");
	return err;
}

static enum skl_err on_failed(void *arg, const uint8_t id[16], enum skl_err why, const char *text)
{
	struct adapter *adapter = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;
	enum skl_err err = context_of(adapter, id, &context);
	char hex[SKL_ID_TEXT_BYTES];

	if (!err && adapter->role->on_failed)
		err = adapter->role->on_failed(adapter->self, context, why, text);
	if (!err)
		skl_log(SKL_LOG_ERR, "message.failed", "id=%s code=%s text=\"%s\"",
			skl_id_text(id, hex), skl_err_name(why), text ? text : "");
	return err;
}

static enum skl_err on_message(void *arg, const struct skl_received *received)
{
	struct adapter *adapter = arg;
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = skl_card_received(&adapter->base, received);

	/* Who asks in a crisis does not wait for the own system. */
	if (!err)
		err = skl_card_answer(&adapter->base, received);
	if (err)
		skl_log(SKL_LOG_ERR, "card.failed", "id=%s code=%s",
			skl_id_text(received->common->id.data, hex), skl_err_name(err));
	if (err && skl_adapter_is_passing(err))
		return err;
	return adapter->role->on_message(adapter->self, received);
}

static enum skl_err on_receipt(void *arg, const struct skl_client_receipt *receipt)
{
	struct adapter *adapter = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;
	enum skl_err err = context_of(adapter, receipt->id, &context);
	char hex[SKL_ID_TEXT_BYTES];

	if (!err && adapter->role->on_receipt)
		err = adapter->role->on_receipt(adapter->self, context, receipt);
	if (!err)
		skl_log(SKL_LOG_INFO, "message.receipt", "id=%s from=%s state=%s",
			skl_id_text(receipt->id, hex), receipt->partner,
			skl_code_name(SKL_LIST_DELIVERY, receipt->state));
	return err;
}

static enum skl_err on_notice(void *arg, const Schakel__V1__Notice *notice)
{
	struct adapter *adapter = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;
	enum skl_err err = SKL_OK;

	if (notice->ref.len == SKL_ID_BYTES)
		err = context_of(adapter, notice->ref.data, &context);
	if (!err && adapter->role->on_notice)
		err = adapter->role->on_notice(adapter->self, context, notice);
	return err;
}

static void on_plan(void *arg, const uint8_t id[16], enum skl_err err,
		    const Schakel__V1__Result *result)
{
	struct adapter *adapter = arg;

	if (adapter->role->on_plan)
		adapter->role->on_plan(adapter->self, id, err, result);
}

static void on_alarm(void *arg, const struct skl_alarm *alarm)
{
	struct adapter *adapter = arg;

	char hex[SKL_ID_TEXT_BYTES];

	adapter->alarms += alarm->is_over ? 0 : 1;
	skl_log(alarm->is_over ? SKL_LOG_NOTICE : SKL_LOG_ERR, "alarm",
		"what=%s over=%d code=%s text=\"%s\" id=%s", skl_alarm_name(alarm->kind),
		(int)alarm->is_over, skl_err_name(alarm->err), alarm->text ? alarm->text : "",
		alarm->id ? skl_id_text(alarm->id, hex) : "-");
	if (adapter->role->on_alarm)
		adapter->role->on_alarm(adapter->self, alarm);
}

static void on_state(void *arg, enum skl_session_state state, const struct skl_session_down *down)
{
	struct adapter *adapter = arg;
	bool is_up = state == SKL_SESSION_OPEN;

	if (is_up == adapter->base.is_up && !down)
		return;
	adapter->base.is_up = is_up;
	if (is_up)
		skl_log(SKL_LOG_NOTICE, "session.open", "partner=%s", adapter->base.partner);
	else
		skl_log(SKL_LOG_WARNING, "session.down", "code=%s text=\"%s\" next_ms=%lld",
			down ? skl_err_name(down->err) : "-", down && down->text ? down->text : "",
			down ? (long long)down->retry_ms : 0LL);
}

void adapter_calls(struct skl_client_calls *ret_calls)
{
	*ret_calls = (struct skl_client_calls){.on_result = on_result,
					       .on_failed = on_failed,
					       .on_message = on_message,
					       .on_receipt = on_receipt,
					       .on_notice = on_notice,
					       .on_plan = on_plan,
					       .on_proven = adapter_proven,
					       .on_alarm = on_alarm,
					       .on_state = on_state};
}
