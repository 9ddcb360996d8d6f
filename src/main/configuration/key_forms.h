// What the gateways' keys look like, and what is said about one that is in the wrong place: a
// secret key that is taken for the publishable one would be shown to everybody. Internal to the
// configuration.
#pragma once

#include <string_view>

#include "main/configuration/configuration.h"

namespace cobro::configuration {

// Adds a problem for each key that is none of its kind and for live beside test, and a notice for
// a test key in production. Never repeats a key.
void check_key_forms(Loaded& loaded);

// Whether a key that must stay secret stands anywhere in the text.
bool holds_secret_key(std::string_view text);

// Whether a text must not be printed, wherever it was put by mistake.
bool looks_secret(std::string_view text);

// In quotes that whoever wrote it meant for a shell.
bool is_quoted(std::string_view text);

}  // namespace cobro::configuration
