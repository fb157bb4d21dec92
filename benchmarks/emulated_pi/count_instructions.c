/* A plugin of QEMU 7.2: counts the instructions that the emulated program executes.
 *
 * Option `counter=FILE`: the file whose first 8 bytes are the number, in this machine's order of
 * bytes, at any moment; the program reads them as it would a clock. Instructions of one thread are
 * counted right, those of several at once too few: the sum is not atomic. Written against the
 * functions that QEMU exports, since Debian packages no header of them.
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum inline_operation { ADD_U64 };
struct block;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*on_translated)(uint64_t, struct block *));
size_t qemu_plugin_tb_n_insns(const struct block *block);
void qemu_plugin_register_vcpu_tb_exec_inline(struct block *block, enum inline_operation operation,
                                              void *number, uint64_t added);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t *counter;

static void count_block(uint64_t id, struct block *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD_U64, counter, qemu_plugin_tb_n_insns(block));
}

__attribute__((visibility("default"))) int
qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    static const char option[] = "counter=";
    (void)info;
    if (argc != 1 || strncmp(argv[0], option, strlen(option)) != 0) {
        fprintf(stderr, "count_instructions takes one option: counter=FILE\n");
        return 1;
    }
    int file = open(argv[0] + strlen(option), O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || ftruncate(file, sizeof *counter) != 0) {
        perror(argv[0]);
        return 1;
    }
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (counter == MAP_FAILED) {
        perror(argv[0]);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
    return 0;
}
