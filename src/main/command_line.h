// From argv to one command. All of CLI11 is behind this.
#pragma once

namespace cobro {

// Parses, runs the command and returns its exit code; 2 when the line makes no sense, with the
// nearest known flag or command named.
int run_command_line(int count, char** arguments);

}  // namespace cobro
