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

// Letters, digits and _, and in a webhook secret what Base64 has besides.
bool has_only_key_letters(std::string_view key) {
  const auto allowed = key.starts_with("whsec_") ? std::string_view("_+/=-") : "_";
  return std::ranges::all_of(key, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           allowed.contains(c);
  });
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

enum class Mode { unknown, live, test };

Mode mode_of(std::string_view key) {
  if (key.contains("_live_")) return Mode::live;
  return key.contains("_test_") ? Mode::test : Mode::unknown;
}

class Checker {
 public:
  explicit Checker(Loaded& loaded) : loaded_(loaded) {}

  void check(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    for (const auto piece : base::split(setting(name).text, ',')) {
      const auto key = base::trim(piece);
      if (key.empty()) continue;
      const auto fault = fault_of(key, prefixes);
      if (!fault.empty()) problem(name, fault);
    }
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
  checker.check("stripe.publishable_key", {"pk_"});
  checker.check("stripe.webhook_secret", {"whsec_"});
  checker.check_modes();
}

bool looks_secret(std::string_view text) {
  const auto* form = form_of(text);
  if (form != nullptr) return form->prefix != "pk_";
  return observe::redact(std::string(text)) != text;
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == text.back() &&
         (text.front() == '"' || text.front() == '\'');
}

}  // namespace cobro::configuration
