// The secret that development makes for itself, in a file of its own.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "ports/random.h"

namespace cobro::configuration {

// The text of the file at `path`; when there is none, it is made first (0600, 64 hexadecimal
// digits). Two processes that start at once get the same. Throws std::runtime_error when it can
// neither be read nor written, or holds less than 32 bytes.
base::Secret secret_of_file(const std::string& path, ports::Random& random);
// The same, but nothing is made: nothing when there is no such file.
std::optional<base::Secret> existing_secret_of_file(const std::string& path);

}  // namespace cobro::configuration
