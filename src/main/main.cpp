// The `cobro` program. Everything that is wrong with its surroundings (a port taken, a database
// away, a folder not writable) arrives here as an exception and is one line on standard error.
#include <sys/stat.h>

#include <cstdio>
#include <exception>

#include "main/command_line.h"

int main(int count, char** arguments) {
  // What we write (databases, secrets) is nobody else's to read.
  umask(0077);
  try {
    return cobro::run_command_line(count, arguments);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "cobro: %s\n", failed.what());
    return 1;
  }
}
