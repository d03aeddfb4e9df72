/* qemu_count.c - a plugin of qemu's user emulation that counts the instructions of one function and of what it calls:
 * bench/instructions.py --arch. Its line for each function: "INSTRUCTIONS NAME".
 *
 *     qemu-aarch64 -plugin ./qemu_count.so,in=FUNCTION,out=FILE PROGRAM
 *
 * Counting begins where FUNCTION does, and ends where main goes on. The declarations are those of qemu-plugin.h
 * (version 1 of the interface), which distributions do not have in a package. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                                  void (*translated)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*run)(unsigned, void *), int flags,
                                                 void *user);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*ended)(qemu_plugin_id_t, void *), void *user);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
extern const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

typedef struct function {
    struct function *next;
    uint64_t instructions;
    char name[];
} function;

/* A translated block: its instructions, and whose they are. */
typedef struct block {
    function *of;
    size_t instructions;
    int begins, ends;
} block;

static function *functions;
static const char *counted = "main", *path = "/dev/stderr";
static int is_counting;

static function *function_named(const char *name)
{
    for (function *f = functions; f; f = f->next)
        if (!strcmp(f->name, name)) return f;
    function *f = calloc(1, sizeof *f + strlen(name) + 1);
    if (!f) abort();
    strcpy(f->name, name);
    f->next = functions;
    return functions = f;
}

static void count_block(unsigned cpu, void *user)
{
    const block *b = user;
    (void)cpu;
    is_counting = (is_counting || b->begins) && !b->ends;
    if (is_counting) b->of->instructions += b->instructions;
}

/* Blocks are never freed: the emulator keeps the pointer. */
static void note_block(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    block *b = malloc(sizeof *b);
    if (!b) abort();
    const char *name = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(tb, 0));
    (void)id;
    if (!name) name = "?";
    *b = (block){function_named(name), qemu_plugin_tb_n_insns(tb), !strcmp(name, counted), !strcmp(name, "main")};
    qemu_plugin_register_vcpu_tb_exec_cb(tb, count_block, 0, b);
}

static void write_counts(qemu_plugin_id_t id, void *user)
{
    FILE *out = fopen(path, "w");
    (void)id, (void)user;
    if (!out) return;
    for (function *f = functions; f; f = f->next)
        if (f->instructions) fprintf(out, "%llu %s\n", (unsigned long long)f->instructions, f->name);
    fclose(out);
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
                                                               int count, char **arguments)
{
    (void)info;
    for (int i = 0; i < count; i++) {
        if (!strncmp(arguments[i], "in=", 3)) counted = strdup(arguments[i] + 3);
        else if (!strncmp(arguments[i], "out=", 4)) path = strdup(arguments[i] + 4);
        else return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, note_block);
    qemu_plugin_register_atexit_cb(id, write_counts, NULL);
    return 0;
}
