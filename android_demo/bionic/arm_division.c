/*
 * Divisions on 32-bit ARM, where not every processor has an instruction for them: the functions that
 * compilers call instead, as the run-time ABI of the Arm architecture defines them. The NDK has them in a
 * library of its compiler's.
 */
#include <stdint.h>

/* Divides bit by bit; what is left over goes to `rest`. */
uint64_t dbd_divide(uint64_t number, uint64_t by, uint64_t *rest) {
    uint64_t quotient = 0, left = 0;
    int bits = number >> 32 ? 64 : 32;
    for (int bit = bits - 1; bit >= 0; bit--) {
        uint64_t carried = left >> 63;
        left = left << 1 | (number >> bit & 1);
        if (carried || left >= by) {
            left -= by;
            quotient |= (uint64_t)1 << bit;
        }
    }
    *rest = left;
    return quotient;
}

/* The same towards zero; what is left over has the number's sign. */
int64_t dbd_divide_signed(int64_t number, int64_t by, int64_t *rest) {
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
    uint64_t by_size = by < 0 ? -(uint64_t)by : (uint64_t)by, left;
    uint64_t quotient = dbd_divide(size, by_size, &left);
    *rest = (int64_t)(number < 0 ? -left : left);
    return (int64_t)((number < 0) != (by < 0) ? -quotient : quotient);
}

static uint32_t divide_words(uint32_t number, uint32_t by, uint32_t *rest) {
    uint32_t quotient = 0, left = 0;
    int unused = number ? __builtin_clz(number) : 32;
    for (int bit = 31 - unused; bit >= 0; bit--) {
        uint32_t carried = left >> 31;
        left = left << 1 | (number >> bit & 1);
        if (carried || left >= by) {
            left -= by;
            quotient |= (uint32_t)1 << bit;
        }
    }
    *rest = left;
    return quotient;
}

static uint32_t size_of(int32_t number) {
    return number < 0 ? -(uint32_t)number : (uint32_t)number;
}

/* The quotient in the lower register, what is left over in the higher one. */
uint64_t __aeabi_uidivmod(uint32_t number, uint32_t by) {
    uint32_t rest;
    uint32_t quotient = divide_words(number, by, &rest);
    return (uint64_t)rest << 32 | quotient;
}

uint32_t __aeabi_uidiv(uint32_t number, uint32_t by) {
    uint32_t rest;
    return divide_words(number, by, &rest);
}

int32_t __aeabi_idiv(int32_t number, int32_t by) {
    uint32_t rest;
    uint32_t quotient = divide_words(size_of(number), size_of(by), &rest);
    return (int32_t)((number < 0) != (by < 0) ? -quotient : quotient);
}

uint64_t __aeabi_idivmod(int32_t number, int32_t by) {
    uint32_t rest;
    uint32_t quotient = divide_words(size_of(number), size_of(by), &rest);
    if ((number < 0) != (by < 0)) quotient = -quotient;
    if (number < 0) rest = -rest;
    return (uint64_t)rest << 32 | quotient;
}

double __aeabi_l2d(int64_t number) {
    /* Both halves are exact; their sum is rounded once. */
    return (double)(int32_t)(number >> 32) * 4294967296.0 + (double)(uint32_t)number;
}

/* Two results of 64 bits each, in four registers, which C cannot say. */
#define DIVMOD(name, divide)           \
    __asm__(".syntax unified\n"        \
            ".thumb\n"                 \
            ".globl " name "\n"        \
            ".hidden " name "\n"       \
            ".type " name ",%function\n" \
            ".thumb_func\n" name ":\n" \
            "push {r6, lr}\n"          \
            "sub sp, sp, #16\n"        \
            "add r6, sp, #8\n"         \
            "str r6, [sp]\n"           \
            "bl " divide "\n"          \
            "ldrd r2, r3, [sp, #8]\n"  \
            "add sp, sp, #16\n"        \
            "pop {r6, pc}\n")

DIVMOD("__aeabi_uldivmod", "dbd_divide");
DIVMOD("__aeabi_ldivmod", "dbd_divide_signed");
