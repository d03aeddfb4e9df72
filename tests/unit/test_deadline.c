/* Which deadlines count, and when one has come. */
#include <stdint.h>

#include "cmocka_all.h"

#include "deadline.h"

#define NOW 1700000000000u
#define DAY 86400000u

static void margin_is_taken_off(void **state)
{
    (void)state;
    assert_int_equal(deadline_before(NOW + 3000, NOW, 50), NOW + 2950);
    assert_int_equal(deadline_before(NOW + 3000, NOW, 0), NOW + 3000);
    assert_int_equal(deadline_before(NOW + DAY, NOW, 50), NOW + DAY - 50);
}

static void within_the_margin_it_is_now(void **state)
{
    (void)state;
    assert_int_equal(deadline_before(NOW + 50, NOW, 50), NOW);
    assert_int_equal(deadline_before(NOW + 1, NOW, 50), NOW);
}

static void what_cannot_be_is_none(void **state)
{
    static const uint64_t ends[] = {0, 1, 600000, NOW - 1, NOW, NOW + DAY + 1, INT64_MAX, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) assert_int_equal(deadline_before(ends[i], NOW, 50), 0);
}

static void clock_decides(void **state)
{
    uint64_t none = 0, past = clock_now_ms(), future = past + DAY;
    (void)state;
    assert_true(past > NOW);
    assert_false(deadline_has_come(&none));
    assert_true(deadline_has_come(&past));
    assert_false(deadline_has_come(&future));
}

/* Whatever the machine does meanwhile: at least the wait has passed, or none was begun. */
static void waits_double_and_end_before_the_deadline(void **state)
{
    (void)state;
    for (unsigned failure = 1; failure <= 3; failure++) {
        double begin = clock_monotonic_ms();
        assert_int_equal(back_off(failure, 4, failure == 1 ? 0 : clock_now_ms() + DAY), 0);
        assert_true(clock_monotonic_ms() - begin >= 4 << (failure - 1));
    }
    assert_int_equal(back_off(1, 100, clock_now_ms()), -1);
    assert_int_equal(back_off(20, 1000, clock_now_ms() + 1000), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(margin_is_taken_off),
        cmocka_unit_test(within_the_margin_it_is_now),
        cmocka_unit_test(what_cannot_be_is_none),
        cmocka_unit_test(clock_decides),
        cmocka_unit_test(waits_double_and_end_before_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
