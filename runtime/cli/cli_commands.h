/* cli_commands.h - the subcommands of tern: cli_NAME.c has them (cli_inspect.c: two). */
#ifndef TERN_CLI_COMMANDS_H
#define TERN_CLI_COMMANDS_H

/* argv[0] is the subcommand's name. They return an exit code. */
int cli_ner(int argc, char **argv);
int cli_parse(int argc, char **argv);
int cli_pipe(int argc, char **argv);
int cli_redact(int argc, char **argv);
int cli_sentiment(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_verify(int argc, char **argv);

#endif
