"""What the command line does, one subcommand a file: `add_arguments(parser)` and `run(args) -> exit code`."""
