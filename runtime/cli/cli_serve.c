/* cli_serve.c - `tern serve`: the HTTP server's options. */
#define _POSIX_C_SOURCE 200809L /* sysconf */
#include "cli_commands.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "cli_model.h"
#include "cli_text.h"
#include "cors.h"
#include "http_server.h"
#include "memory.h"
#include "settings.h"

/* What holds without the option, and the limits of its value. */
#define HOST "127.0.0.1"
#define PORT 8080
#define MAX_PORT 65535
#define LEAST_THREADS 2
#define SECONDS 30
#define MAX_SECONDS 3600
#define LEAST_MEGABYTES 64
#define MAX_MEGABYTES (1u << 24)

static const char serve_help[] =
    "Usage: tern serve [-m [NAME=]MODEL]... [--host HOST] [--port PORT] [--threads N] [--timeout SECONDS]\n"
    "                  [--cors ORIGINS] [--memory MB]\n"
    "\n"
    "Answers POST /ner, POST /sentiment, GET /healthz and GET / (a page to try it) until Ctrl-C or SIGTERM;\n"
    "requests that run are finished first. The models are read into memory; SIGHUP reads their files again, all\n"
    "or, if one is damaged, none: write a new file, rename it over the old one, then kill -HUP.\n"
    "\n"
    "  -m, --model MODEL      the model file (.tern); several, as -m en=FILE -m fr=FILE: a request chooses by\n"
    "                         \"model\": \"fr\" or POST /ner/fr; if it names none, the first suitable one answers;\n"
    "                         without -m and TERN_MODEL, the weights found from the place of this program\n"
    "      --host HOST        name or address to listen on (default %s: this machine only)\n"
    "      --port PORT        0 to %d; 0 takes any free port (default %d)\n"
    "      --threads N        threads that compute, 1 to %d (default: one per CPU, at least %d)\n"
    "      --timeout SECONDS  how long a client may take to send its request, and stay connected without\n"
    "                         one, 1 to %d (default %d)\n"
    "      --cors ORIGINS     let pages of these origins (https://example.org,http://localhost:8081; or * for any)\n"
    "                         use the server; by default a browser shows its answers to its own page only\n"
    "      --memory MB        how much memory the process may take: long texts wait for each other, or get 413 where "
    "it\n"
    "                         never is enough (default: the least of its control groups' and the machine's)\n"
    "  -h, --help             show this\n"
    "\n"
    "Settings of the environment:\n"
    "\n";

/* LEAST_THREADS at least, so that a long text does not hold up short ones (http_workers.h). */
static unsigned default_threads(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus < LEAST_THREADS) return LEAST_THREADS;
    return cpus > HTTP_MAX_THREADS ? HTTP_MAX_THREADS : (unsigned)cpus;
}

static int show_help(void)
{
    bytes text = {.data = NULL};
    bytes_format(&text, serve_help, HOST, MAX_PORT, PORT, HTTP_MAX_THREADS, LEAST_THREADS, MAX_SECONDS, SECONDS);
    settings_help(&text, SETTING_SERVER);
    return cli_print(&text);
}

/* The environment's part of the settings. */
static int read_settings(handler_settings *out)
{
    runtime_settings from;
    problem why;
    if (settings_read(&from, &why) != 0) return cli_fail("%s", why.text);
    *out = (handler_settings){.max_chars = from.max_chars,
                              .max_texts = from.max_texts,
                              .format = from.format,
                              .offsets = from.offsets,
                              .scores = from.scores};
    redaction_set_key(&out->redaction, from.redact_key);
    return CLI_OK;
}

/* Whoever asks for a reload while the start takes its time gets it afterwards, not the end of the process. */
static void hold_hangups(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* Bytes of the models in memory; those that a reload brings are there beside them for a while. */
static size_t loaded_bytes(const model_set *models)
{
    size_t sum = 0;
    struct stat file;
    for (size_t i = 0; i < models->count; i++)
        if (stat(models->item[i].path, &file) == 0) sum += 2 * (size_t)file.st_size;
    return sum;
}

/* Of what is left a quarter is for bodies that wait, and the rest for the texts that are worked on. */
static void share_memory(const model_set *models, http_server_options *options, size_t limit)
{
    size_t loaded = loaded_bytes(models), beside = limit > loaded ? limit - loaded : 0;
    size_t left = memory_for_texts(beside > limit / 4 ? beside : limit / 4, options->threads, models->count);
    options->max_buffered = left / 4 < HTTP_MAX_BUFFERED ? left / 4 : HTTP_MAX_BUFFERED;
    options->settings.memory = left - options->max_buffered;
}

/* megabytes: 0: what the system says. */
static int run(model_set *models, http_server_options *options, unsigned megabytes)
{
    hold_hangups();
    problem why;
    if (read_settings(&options->settings) != CLI_OK || cli_open_models(models, TASK_ANY, MODEL_LOADED) != CLI_OK)
        return CLI_FAILED;
    share_memory(models, options, megabytes ? (size_t)megabytes << 20 : memory_limit());
    memory_return_blocks();
    options->models = models;
    signal(SIGPIPE, SIG_IGN); /* whoever reads the first line may close the pipe */
    return http_server_run(options, &why) == 0 ? CLI_OK : cli_fail("%s", why.text);
}

static int add_model(model_set *models, const char *argument)
{
    problem why;
    return models_add(models, argument, &why) == 0 ? CLI_OK : cli_usage("serve", "--model: %s", why.text);
}

static int take_origins(const char *value, const char **out)
{
    if (!cors_is_list(value)) return cli_usage("serve", "--cors must be " CORS_ORIGINS ", not \"%s\"", value);
    *out = value;
    return CLI_OK;
}

enum { OPTION_HOST = 256, OPTION_PORT, OPTION_THREADS, OPTION_TIMEOUT, OPTION_CORS, OPTION_MEMORY };

#define GO_ON (-1)

/* GO_ON, or an exit code. */
static int read_options(int argc, char **argv, http_server_options *options, model_set *models, unsigned *megabytes)
{
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"host", required_argument, NULL, OPTION_HOST},
        {"port", required_argument, NULL, OPTION_PORT},
        {"threads", required_argument, NULL, OPTION_THREADS},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"cors", required_argument, NULL, OPTION_CORS},
        {"memory", required_argument, NULL, OPTION_MEMORY},
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    unsigned port = PORT;
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1) switch (option) {
        case 'm': code = add_model(models, optarg); break;
        case OPTION_HOST: options->host = optarg; break;
        case OPTION_PORT: code = cli_number("serve", "--port", optarg, 0, MAX_PORT, &port); break;
        case OPTION_THREADS:
            code = cli_number("serve", "--threads", optarg, 1, HTTP_MAX_THREADS, &options->threads);
            break;
        case OPTION_TIMEOUT:
            code = cli_number("serve", "--timeout", optarg, 1, MAX_SECONDS, &options->client_seconds);
            break;
        case OPTION_MEMORY:
            code = cli_number("serve", "--memory", optarg, LEAST_MEGABYTES, MAX_MEGABYTES, megabytes);
            break;
        case CLI_HELP: return show_help();
        case OPTION_CORS: code = take_origins(optarg, &options->cors); break;
        default: return cli_other_option(option, argv, "");
        }
    if (code != CLI_OK) return code;
    if (optind < argc) return cli_usage(argv[0], "unexpected argument \"%s\"", argv[optind]);
    options->port = (uint16_t)port;
    return GO_ON;
}

int cli_serve(int argc, char **argv)
{
    http_server_options options = {.host = HOST, .threads = default_threads(), .client_seconds = SECONDS};
    model_set models = {.count = 0};
    unsigned megabytes = 0;
    int code = read_options(argc, argv, &options, &models, &megabytes);
    if (code == GO_ON) code = run(&models, &options, megabytes);
    models_close(&models);
    return code;
}
