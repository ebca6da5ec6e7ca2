/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_frame.h"

#include "schakel/v1/envelope.pb-c.h"
#include "schakel/v1/session.pb-c.h"

#define ENVELOPE   &schakel__v1__envelope__descriptor
#define RESULT     &schakel__v1__result__descriptor
#define CHECKPOINT &schakel__v1__checkpoint__descriptor
#define PING       &schakel__v1__ping__descriptor
#define ERROR      &schakel__v1__error__descriptor
#define RECORDED   &schakel__v1__recorded__descriptor

static const struct {
	const char *name;
	const ProtobufCMessageDescriptor *to_hub;
	const ProtobufCMessageDescriptor *from_hub;
} commands[SKL_COMMAND_COUNT + 1] = {
	[SKL_COMMAND_HELLO] = {"HELLO", &schakel__v1__hello__descriptor, NULL},
	[SKL_COMMAND_WELCOME] = {"WELCOME", NULL, &schakel__v1__welcome__descriptor},
	[SKL_COMMAND_SUBMIT] = {"SUBMIT", ENVELOPE, NULL},
	[SKL_COMMAND_RESULT] = {"RESULT", NULL, RESULT},
	[SKL_COMMAND_PLAN] = {"PLAN", ENVELOPE, NULL},
	[SKL_COMMAND_PLAN_RESULT] = {"PLAN_RESULT", NULL, RESULT},
	[SKL_COMMAND_OFFER] = {"OFFER", NULL, &schakel__v1__offer__descriptor},
	[SKL_COMMAND_RECEIPT] = {"RECEIPT", &schakel__v1__signed_receipt__descriptor, RECORDED},
	[SKL_COMMAND_CREDIT] = {"CREDIT", &schakel__v1__credit__descriptor, NULL},
	[SKL_COMMAND_QUERY] = {"QUERY", ENVELOPE, NULL},
	[SKL_COMMAND_ANSWER] = {"ANSWER", NULL, &schakel__v1__answer__descriptor},
	[SKL_COMMAND_REWRAP] = {"REWRAP", &schakel__v1__rewrap__descriptor, RECORDED},
	[SKL_COMMAND_DIRECTORY] = {"DIRECTORY", &schakel__v1__directory_request__descriptor,
				   &schakel__v1__directory_reply__descriptor},
	[SKL_COMMAND_PROOF] = {"PROOF", &schakel__v1__proof_request__descriptor,
			       &schakel__v1__proof_reply__descriptor},
	[SKL_COMMAND_CHECKPOINT] = {"CHECKPOINT", CHECKPOINT, CHECKPOINT},
	[SKL_COMMAND_COSIGN] = {"COSIGN", &schakel__v1__cosignature__descriptor, NULL},
	[SKL_COMMAND_NOTICE] = {"NOTICE", NULL, &schakel__v1__notice__descriptor},
	[SKL_COMMAND_PING] = {"PING", PING, PING},
	[SKL_COMMAND_PONG] = {"PONG", PING, PING},
	[SKL_COMMAND_BYE] = {"BYE", NULL, NULL},
	[SKL_COMMAND_ERROR] = {"ERROR", NULL, ERROR},
};

const char *skl_command_name(enum skl_command command)
{
	return (unsigned)command <= SKL_COMMAND_COUNT ? commands[command].name : NULL;
}

enum skl_command skl_command_from(struct skl_view frame)
{
	for (unsigned i = 1; i <= SKL_COMMAND_COUNT; i++)
		if (skl_view_is(frame, commands[i].name))
			return (enum skl_command)i;
	return SKL_COMMAND_UNSPECIFIED;
}

const ProtobufCMessageDescriptor *skl_command_body(enum skl_command command, bool from_hub)
{
	if ((unsigned)command > SKL_COMMAND_COUNT)
		return NULL;
	return from_hub ? commands[command].from_hub : commands[command].to_hub;
}

bool skl_command_has_sections(enum skl_command command)
{
	return command == SKL_COMMAND_SUBMIT || command == SKL_COMMAND_OFFER;
}
