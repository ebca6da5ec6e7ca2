/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=skl_calloc -Wl,--wrap=skl_realloc_array */
/* Bundles of rules load back to the same, and short memory is said, whatever it strikes. */
#include "t_policy.h"

#define RULE(id)                                                                                   \
	"rule " id " \"r\"\n  from police\n  kind police_report\n  to veilig_thuis\n"              \
	"  purpose stop_violence\n  ground wpg:18-1/bpg:4-2-1-i\n  allow identity, incident\n"     \
	"  because \"b\"\n  test \"t\" permitted\nend\n"

void *__real_skl_calloc(size_t count, size_t size);
void *__wrap_skl_calloc(size_t count, size_t size);
void *__real_skl_realloc_array(void *memory, size_t count, size_t size);
void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size);

static int allocations_left = -1; /* -1: no limit */

static bool is_short(void)
{
	if (allocations_left < 0)
		return false;
	if (allocations_left == 0)
		return true;
	allocations_left--;
	return false;
}

void *__wrap_skl_calloc(size_t count, size_t size)
{
	return is_short() ? NULL : __real_skl_calloc(count, size);
}

void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size)
{
	return is_short() ? NULL : __real_skl_realloc_array(memory, count, size);
}

/* The bundle does not depend on the order of the files, and loads back to the same. */
static void bundle_round_trip(void **state)
{
	const struct skl_policy_file ab[] = {{"a.rules", skl_view_str(T_HEAD RULE("A-1"))},
					     {"b.rules", skl_view_str(T_HEAD)}};
	const struct skl_policy_file ba[] = {ab[1], ab[0]};
	struct skl_policy *first = NULL, *second = NULL, *third = NULL;
	struct skl_error error = {0};
	struct skl_buf copy;

	(void)state;
	assert_int_equal(skl_policy_load(ab, 2, &t_opts, &first, &error), SKL_OK);
	assert_int_equal(skl_policy_load(ba, 2, &t_opts, &second, &error), SKL_OK);
	assert_true(skl_view_equal(skl_policy_bundle(first), skl_policy_bundle(second)));
	assert_int_equal(skl_policy_load_bundle(skl_policy_bundle(first), &t_opts, &third, &error),
			 SKL_OK);
	assert_true(skl_view_equal(skl_policy_bundle(first), skl_policy_bundle(third)));
	assert_string_equal(skl_policy_rule_id(third, 0), "A-1");
	skl_policy_free(third);

	/* Cut anywhere, or with one byte of its frame changed, it is refused and nothing is made.
	 */
	skl_buf_init(&copy, 1u << 20);
	skl_buf_add_view(&copy, skl_policy_bundle(first));
	for (size_t len = 0; len < copy.len; len++) {
		enum skl_err err;

		third = NULL;
		err = skl_policy_load_bundle(skl_view_of(copy.data, len), &t_opts, &third, &error);
		if (err == SKL_OK) {
			/* only where a whole file was lost */
			assert_string_equal(skl_policy_rule_id(third, 0), "A-1");
			assert_int_equal(copy.data[len], 'f');
		}
		skl_policy_free(third);
	}
	skl_buf_done(&copy);
	third = NULL;
	assert_int_equal(skl_policy_load_bundle(skl_view_str("schakel-policy/v2\n"), &t_opts,
						&third, &error),
			 SKL_EMALFORMED);
	assert_int_equal(skl_policy_load_bundle(skl_view_str("schakel-policy/v1\n"), &t_opts,
						&third, &error),
			 SKL_EINVAL);
	assert_null(third);
	skl_policy_free(first);
	skl_policy_free(second);
	skl_policy_free(NULL);
}

/* Whichever allocation fails, loading says so and releases everything (asan watches). */
static void short_memory(void **state)
{
	static const char text[] =
		T_HEAD RULE("A-1") "forbid F-1 \"f\"\n never bsn\n because \"b\"\n"
				   " test \"t\" cut like A-1 has bsn\nend\n";
	enum skl_err err = SKL_ENOMEM;
	int room;

	(void)state;
	for (room = 0; err == SKL_ENOMEM; room++) {
		struct skl_policy *policy = NULL;
		struct skl_error error;

		allocations_left = room;
		err = t_load_view(skl_view_str(text), &policy, &error);
		allocations_left = -1;
		if (err == SKL_ENOMEM) {
			assert_null(policy);
			assert_int_equal(error.code, SKL_ENOMEM);
		}
		skl_policy_free(policy);
		assert_true(room < 1000);
	}
	assert_int_equal(err, SKL_OK);
	assert_true(room > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bundle_round_trip),
		cmocka_unit_test(short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
