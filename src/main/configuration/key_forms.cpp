#include "main/configuration/key_forms.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "main/configuration/keys.h"
#include "observe/json_log.h"

namespace cobro::configuration {
namespace {

struct Form {
  std::string_view prefix;
  std::string_view name;
};

constexpr std::array<Form, 4> kForms = {{{"sk_", "a secret key"},
                                         {"rk_", "a restricted key"},
                                         {"pk_", "a publishable key"},
                                         {"whsec_", "a webhook secret"}}};

const Form* form_of(std::string_view key) {
  const auto* found =
      std::ranges::find_if(kForms, [&](const Form& form) { return key.starts_with(form.prefix); });
  return found == kForms.end() ? nullptr : found;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Letters, digits and _, and in a webhook secret what Base64 has besides.
bool has_only_key_letters(std::string_view key) {
  const auto allowed = key.starts_with("whsec_") ? std::string_view("_+/=-") : "_";
  return std::ranges::all_of(key,
                             [&](char c) { return is_letter_or_digit(c) || allowed.contains(c); });
}

// What is wrong with a key that must begin with one of `prefixes`; empty: nothing.
std::string fault_of(std::string_view key, std::initializer_list<std::string_view> prefixes) {
  std::string wanted;
  for (const auto prefix : prefixes)
    wanted.append(wanted.empty() ? "" : " or ").append(prefix).append("…");
  const auto* form = form_of(key);
  if (form == nullptr) return "must begin with " + wanted;
  if (std::ranges::find(prefixes, form->prefix) == prefixes.end())
    return "must begin with " + wanted + "; what is there is " + std::string(form->name);
  const auto rest = key.substr(form->prefix.size());
  if (rest.empty() || rest == "live_" || rest == "test_") return "ends where the key should begin";
  if (!has_only_key_letters(key))
    return "has a character that no key has: it was cut, masked, or copied with something else";
  return "";
}

// One key alone, of which browsers are told: with nothing in it that could be another.
std::string fault_of_publishable(std::string_view key) {
  if (auto fault = fault_of(key, {"pk_"}); !fault.empty()) return fault;
  if (!key.starts_with("pk_live_") && !key.starts_with("pk_test_"))
    return "must begin with pk_live_… or pk_test_…";
  const auto low = base::to_lower(key);
  for (const auto& form : kForms)
    if (form.prefix != "pk_" && low.contains(form.prefix))
      return "has " + std::string(form.name) + " in it";
  return "";
}

enum class Mode { unknown, live, test };

Mode mode_of(std::string_view key) {
  if (key.contains("_live_")) return Mode::live;
  return key.contains("_test_") ? Mode::test : Mode::unknown;
}

class Checker {
 public:
  explicit Checker(Loaded& loaded) : loaded_(loaded) {}

  void check(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    const auto key = base::trim(setting(name).text);
    if (key.empty()) return;
    const auto fault = fault_of(key, prefixes);
    if (!fault.empty()) problem(name, fault);
  }

  void check_each(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    for (const auto piece : base::split(setting(name).text, ',')) {
      const auto key = base::trim(piece);
      if (key.empty()) continue;
      const auto fault = fault_of(key, prefixes);
      if (!fault.empty()) problem(name, fault);
    }
  }

  // Whoever knows a gateway's key could make tokens with it.
  void check_is_none(std::string_view name) {
    const auto key = base::trim(setting(name).text);
    const bool has_mode =
        key.substr(0, 8).ends_with("_live_") || key.substr(0, 8).ends_with("_test_");
    const auto* form = form_of(key);
    if (form != nullptr && (has_mode || form->prefix == "whsec_"))
      problem(name, "is " + std::string(form->name) + " of Stripe; it must be a key of its own");
  }

  void check_publishable() {
    const auto key = base::trim(setting("stripe.publishable_key").text);
    if (key.empty()) return;
    const auto fault = fault_of_publishable(key);
    if (!fault.empty()) problem("stripe.publishable_key", fault);
  }

  void check_modes() {
    const auto secret = mode_of(setting("stripe.secret_key").text);
    const auto shown = mode_of(setting("stripe.publishable_key").text);
    if (secret != Mode::unknown && shown != Mode::unknown && secret != shown)
      problem("stripe.publishable_key",
              shown == Mode::live ? "is a live key beside the test key in STRIPE_SECRET_KEY"
                                  : "is a test key beside the live key in STRIPE_SECRET_KEY");
    else if (secret == Mode::test && loaded_.configuration.is_production())
      loaded_.notices.push_back(
          setting("stripe.secret_key").source +
          ": production: STRIPE_SECRET_KEY is a test key: no money moves, and everybody can pay "
          "with test cards");
  }

 private:
  [[nodiscard]] const Setting& setting(std::string_view name) const {
    return loaded_.settings.at(std::string(name));
  }
  void problem(std::string_view name, std::string_view fault) {
    loaded_.problems.push_back(setting(name).source + ": " +
                               std::string(find_key(name)->environment) + " " + std::string(fault));
  }

  Loaded& loaded_;
};

}  // namespace

void check_key_forms(Loaded& loaded) {
  Checker checker(loaded);
  checker.check("stripe.secret_key", {"sk_", "rk_"});
  checker.check_publishable();
  checker.check_each("stripe.webhook_secret", {"whsec_"});
  for (const auto* name : {"jwt.secret_key", "jwt.secret_key_previous"})
    checker.check_is_none(name);
  checker.check_modes();
}

// In any case of letters. A short form begins a word there: `task_` is none.
bool holds_secret_key(std::string_view text) {
  constexpr auto kAnywhere =
      std::to_array<std::string_view>({"sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"});
  constexpr auto kAtStart = std::to_array<std::string_view>({"sk_", "rk_"});
  const auto low = base::to_lower(text);
  if (std::ranges::any_of(kAnywhere, [&](auto form) { return low.contains(form); })) return true;
  return std::ranges::any_of(kAtStart, [&](auto form) {
    for (auto at = low.find(form); at != std::string::npos; at = low.find(form, at + 1))
      if (at == 0 || !is_letter_or_digit(low[at - 1])) return true;
    return false;
  });
}

bool looks_secret(std::string_view text) {
  return holds_secret_key(text) || observe::redact(std::string(text)) != text;
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == text.back() &&
         (text.front() == '"' || text.front() == '\'');
}

}  // namespace cobro::configuration
