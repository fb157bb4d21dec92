/*
 * Divides numbers of every size by the functions that compilers call on 32-bit ARM: a line for each pair
 * of numbers with the quotients, what is left over, and the first number as a double. What fits 32 bits
 * is divided as such, too.
 */
#include <stdint.h>
#include <stdio.h>

static const int64_t NUMBERS[] = {
        0, 1, 2, 3, 7, 10, 255, 256, 65535, 65536, 1000003, INT32_MAX - 1, INT32_MAX, 0x80000000,
        0xFFFFFFFF, 0x100000000, 0x100000001, 99999999999, INT64_MAX / 3, INT64_MAX - 1, INT64_MAX,
};
enum { COUNT = sizeof NUMBERS / sizeof *NUMBERS };

/* As the compiler must not know what they are. */
static volatile int64_t number, by;

static void divide(void) {
    int64_t n = number, d = by;
    uint64_t un = (uint64_t)n, ud = (uint64_t)d;
    printf("%lld %lld %lld %lld ", (long long)n, (long long)d, (long long)(n / d),
           (long long)(n % d));
    printf("%llu %llu %.17g", (unsigned long long)(un / ud), (unsigned long long)(un % ud),
           (double)n);
    int32_t word = (int32_t)n, by_word = (int32_t)d;
    if (word == n && by_word == d && !(word == INT32_MIN && by_word == -1)) {
        uint32_t unsigned_word = (uint32_t)word, by_unsigned = (uint32_t)by_word;
        printf(" %d %d %u %u", (int)(word / by_word), (int)(word % by_word),
               (unsigned)(unsigned_word / by_unsigned), (unsigned)(unsigned_word % by_unsigned));
    }
    putchar('\n');
}

int main(void) {
    for (int i = 0; i < 4 * COUNT * COUNT; i++) {
        number = NUMBERS[i / 4 % COUNT] * (i % 2 ? -1 : 1);
        by = NUMBERS[i / 4 / COUNT] * (i / 2 % 2 ? -1 : 1);
        if (by != 0) divide();
    }
    return 0;
}
