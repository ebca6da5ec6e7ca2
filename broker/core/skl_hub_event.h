/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HUB_EVENT_H
#define SKL_HUB_EVENT_H

/*
 * skl_hub_event - the events that the hub logs, by name: skl_log(level, skl_hub_event.hub_ready,
 * ...). What each means stands in schakeld(8); tests/paper/events.sh compares the two.
 *
 * Owner:    constant data, any thread.
 * Errors:   none.
 * Limits:   a name does not change: operators and tests look for it.
 */

/* X(symbol, name) */
#define SKL_HUB_EVENT_MAP(X)                                                                       \
	X(accepting_off, "accepting.off")                                                          \
	X(accepting_on, "accepting.on")                                                            \
	X(batch_failed, "batch.failed")                                                            \
	X(batch_not_recorded, "batch.not_recorded")                                                \
	X(break_glass, "break_glass")                                                              \
	X(checkpoint_failed, "checkpoint.failed")                                                  \
	X(checkpoint_rollback, "checkpoint.rollback")                                              \
	X(checkpoint_signed, "checkpoint.signed")                                                  \
	X(checkpoint_told, "checkpoint.told")                                                      \
	X(clocks_failed, "clocks.failed")                                                          \
	X(commit_failed, "commit.failed")                                                          \
	X(consent_unreadable, "consent.unreadable")                                                \
	X(connections_limited, "connections.limited")                                              \
	X(cosign_failed, "cosign.failed")                                                          \
	X(cosign_kept, "cosign.kept")                                                              \
	X(cosign_refused, "cosign.refused")                                                        \
	X(control, "control")                                                                      \
	X(delivery_broken, "delivery.broken")                                                      \
	X(delivery_failed, "delivery.failed")                                                      \
	X(details_erased, "details.erased")                                                        \
	X(details_held, "details.held")                                                            \
	X(directory_loaded, "directory.loaded")                                                    \
	X(directory_refused, "directory.refused")                                                  \
	X(directory_stored_unreadable, "directory.stored_unreadable")                              \
	X(drain_begun, "drain.begun")                                                              \
	X(drain_cancelled, "drain.cancelled")                                                      \
	X(drain_empty, "drain.empty")                                                              \
	X(epoch_begun, "epoch.begun")                                                              \
	X(expiry_failed, "expiry.failed")                                                          \
	X(faults_not_recorded, "faults.not_recorded")                                              \
	X(hub_linger, "hub.linger")                                                                \
	X(hub_ready, "hub.ready")                                                                  \
	X(hub_stopped, "hub.stopped")                                                              \
	X(message_decided, "message.decided")                                                      \
	X(message_lost, "message.lost")                                                            \
	X(message_not_recorded, "message.not_recorded")                                            \
	X(message_refused, "message.refused")                                                      \
	X(message_repeated, "message.repeated")                                                    \
	X(metrics_ready, "metrics.ready")                                                          \
	X(notary_unreachable, "notary.unreachable")                                                \
	X(offer_parked, "offer.parked")                                                            \
	X(offer_withheld, "offer.withheld")                                                        \
	X(offers_unsent, "offers.unsent")                                                          \
	X(outbox_not_released, "outbox.not_released")                                              \
	X(outbox_not_returned, "outbox.not_returned")                                              \
	X(partner_resumed, "partner.resumed")                                                      \
	X(partner_revoked, "partner.revoked")                                                      \
	X(partner_suspended, "partner.suspended")                                                  \
	X(policy_loaded, "policy.loaded")                                                          \
	X(policy_next_ended, "policy_next.ended")                                                  \
	X(policy_next_loaded, "policy_next.loaded")                                                \
	X(policy_next_not_kept, "policy_next.not_kept")                                            \
	X(policy_next_refused, "policy_next.refused")                                              \
	X(policy_old, "policy.old")                                                                \
	X(policy_refused, "policy.refused")                                                        \
	X(policy_retry, "policy.retry")                                                            \
	X(policy_stored_unreadable, "policy.stored_unreadable")                                    \
	X(session_ended, "session.ended")                                                          \
	X(session_opened, "session.opened")                                                        \
	X(store_readers, "store.readers")                                                          \
	X(trail_corrupt, "trail.corrupt")                                                          \
	X(witnesses_back, "witnesses.back")                                                        \
	X(witnesses_late, "witnesses.late")                                                        \
	X(zap_ended, "zap.ended")

struct skl_hub_event {
#define SKL_ROW(symbol, name) const char *symbol;
	SKL_HUB_EVENT_MAP(SKL_ROW)
#undef SKL_ROW
};

extern const struct skl_hub_event skl_hub_event;

#endif
