#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "main/configuration/configuration.h"

namespace cobro::configuration {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::PrintToString;

// Below it every key of these tests is one that must not be printed.
const std::string kCanary = "canary5f1d";
const std::string kLongKey(32, 'k');

Loaded loaded_with(Sources::Pairs environment) {
  return load({.flags = {}, .environment = std::move(environment), .file = {}}, Purpose::serve);
}
std::vector<std::string> problems_of(const std::string& name, const std::string& value) {
  return loaded_with({{name, value}}).problems;
}
std::vector<std::string> notices_of(Sources::Pairs environment) {
  return loaded_with(std::move(environment)).notices;
}

TEST(KeyForms, each_key_is_taken_in_its_own_place_only) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> fitting = {
      {"STRIPE_SECRET_KEY", {"sk_", "rk_"}},
      {"STRIPE_PUBLISHABLE_KEY", {"pk_"}},
      {"STRIPE_WEBHOOK_SECRET", {"whsec_"}}};
  const std::vector<std::string> keys = {
      "sk_live_" + kCanary,       "sk_test_" + kCanary, "rk_live_" + kCanary,
      "rk_test_" + kCanary,       "pk_live_" + kCanary, "pk_test_" + kCanary,
      "whsec_" + kCanary + "/+=", "eyJ" + kCanary,      kCanary};
  for (const auto& [name, prefixes] : fitting)
    for (const auto& key : keys) {
      const auto fits = std::ranges::any_of(
          prefixes, [&](const std::string& prefix) { return key.starts_with(prefix); });
      const auto problems = problems_of(name, key);
      EXPECT_EQ(problems.empty(), fits) << name << " " << key;
      if (fits) continue;
      EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr("environment " + name),
                                              HasSubstr("must begin with " + prefixes.front()))));
      EXPECT_THAT(PrintToString(problems), Not(HasSubstr(kCanary)));
    }
}

TEST(KeyForms, a_secret_key_in_the_public_place_is_neither_accepted_nor_printed) {
  for (const std::string key :
       {"sk_live_canary5f1d", "rk_test_canary5f1d", "whsec_canary5f1d", "sk_canary5f1d"}) {
    const auto loaded = loaded_with({{"STRIPE_PUBLISHABLE_KEY", key}});
    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("STRIPE_PUBLISHABLE_KEY must begin with "
                                                       "pk_…; what is there is a ")));
    EXPECT_THAT(describe(loaded, true), Not(HasSubstr(kCanary)));
    EXPECT_THAT(PrintToString(loaded.problems), Not(HasSubstr(kCanary)));
  }
}

// Wherever it stands in what was set, beside another key or within it.
TEST(KeyForms, a_secret_is_found_anywhere_in_the_public_place) {
  for (const std::string secret : {"sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "sk_",
                                   "SK_LIVE_", "Sk_Test_", "RK_live_", "WHSEC_"})
    for (const std::string before :
         {"pk_test_", "pk_live_", "pk_test_x,", "pk_test_x, ", "pk_test_x;", "pk_test_x ",
          "pk_test_x|", "pk_test_x\n", "pk_test_x:", "pk_test_x_", "pk_test_x-", "\"", "'",
          "key=", ",", "=", "."}) {
      const auto set = before + secret + kCanary;
      SCOPED_TRACE(PrintToString(set));
      const auto loaded = loaded_with({{"STRIPE_PUBLISHABLE_KEY", set}});
      EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("STRIPE_PUBLISHABLE_KEY")));
      EXPECT_THAT(describe(loaded, true), Not(HasSubstr(kCanary)));
      EXPECT_THAT(PrintToString(loaded.problems), Not(HasSubstr(kCanary)));
      for (const auto* name : {"COBRO_DEFAULT_CURRENCY", "COBRO_DATA_DIR", "JWT_ISSUER"}) {
        EXPECT_THAT(problems_of(name, "sk_live_" + kCanary),
                    Contains(HasSubstr("holds what looks like a secret key")));
        EXPECT_THAT(PrintToString(problems_of(name, "sk_live_" + kCanary)),
                    Not(HasSubstr(kCanary)));
      }
      EXPECT_THAT(PrintToString(problems_of("COBRO_DEFAULT_CURRENCY", kCanary)),
                  Not(HasSubstr(kCanary)));
      EXPECT_THAT(describe(loaded_with({{"JWT_ISSUER", set}}), true), Not(HasSubstr(kCanary)));
    }
}

TEST(KeyForms, what_browsers_get_is_one_key_of_one_mode) {
  for (const auto* key :
       {"pk_live_x", "pk_test_51AbcXYZ", "pk_test_cobro_sandbox", "pk_test_task", " pk_test_x "})
    EXPECT_THAT(problems_of("STRIPE_PUBLISHABLE_KEY", key), IsEmpty()) << key;
  for (const auto* key : {"pk_x", "pk_prod_x", "pk_", "pk_test_", "pk_live_", "PK_TEST_x",
                          "pk_test_a,pk_test_b", "pk_test_a-b", "pk_test_a.b", "pk_test_\xc3\xa9"})
    EXPECT_THAT(problems_of("STRIPE_PUBLISHABLE_KEY", key).size(), 1U) << key;
  // Its text is shown, as that of a word that only looks alike.
  EXPECT_THAT(describe(loaded_with({{"STRIPE_PUBLISHABLE_KEY", "pk_test_51AbcXYZ"},
                                    {"JWT_ISSUER", "https://task_force.example"}}),
                       true),
              AllOf(HasSubstr("pk_test_51AbcXYZ"), HasSubstr("https://task_force.example")));
}

TEST(KeyForms, what_is_cut_or_masked_is_no_key) {
  for (const auto* key : {"sk_live_", "sk_test_", "sk_", "rk_live_"})
    EXPECT_THAT(problems_of("STRIPE_SECRET_KEY", key), ElementsAre(HasSubstr("ends where"))) << key;
  for (const auto* key : {"sk_live_…", "sk_test_****1234", "sk_live_a b", "sk_test_a-b", "sk_a\n"})
    EXPECT_THAT(problems_of("STRIPE_SECRET_KEY", key).size(), key[4] == '\n' ? 0U : 1U) << key;
}

TEST(KeyForms, every_webhook_secret_of_a_list_is_looked_at) {
  EXPECT_THAT(problems_of("STRIPE_WEBHOOK_SECRET", "whsec_a, whsec_b,"), IsEmpty());
  EXPECT_THAT(problems_of("STRIPE_WEBHOOK_SECRET", "whsec_a,sk_live_" + kCanary),
              ElementsAre(AllOf(HasSubstr("a secret key"), Not(HasSubstr(kCanary)))));
}

TEST(KeyForms, there_is_one_secret_key) {
  EXPECT_THAT(problems_of("STRIPE_SECRET_KEY", "sk_test_a,sk_test_b"),
              ElementsAre(HasSubstr("a character that no key has")));
}

TEST(KeyForms, a_gateways_key_is_no_key_of_tokens) {
  for (const auto* name : {"JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"}) {
    for (const auto* form : {"sk_live_", "rk_test_", "pk_live_", "whsec_"})
      EXPECT_THAT(problems_of(name, form + kCanary),
                  ElementsAre(AllOf(HasSubstr("of Stripe"), Not(HasSubstr(kCanary)))))
          << name << form;
    EXPECT_THAT(problems_of(name, "sk_of_my_own_making_" + kCanary), IsEmpty());
  }
}

TEST(KeyForms, live_beside_test_is_refused) {
  const std::vector<std::tuple<std::string, std::string, bool>> rows = {
      {"sk_live_x", "pk_live_x", true},
      {"sk_test_x", "pk_test_x", true},
      {"sk_live_x", "pk_test_x", false},
      {"sk_test_x", "pk_live_x", false},
      {"rk_live_x", "pk_test_x", false},
      {"rk_test_x", "pk_test_x", true},
      {"sk_live_x", "", true}};
  for (const auto& [secret, shown, allowed] : rows) {
    const auto problems =
        loaded_with({{"STRIPE_SECRET_KEY", secret}, {"STRIPE_PUBLISHABLE_KEY", shown}}).problems;
    EXPECT_EQ(problems.empty(), allowed) << secret << " " << shown;
    if (!allowed) {
      EXPECT_THAT(problems, ElementsAre(HasSubstr(" beside the "))) << secret;
    }
  }
}

TEST(KeyForms, a_test_key_in_production_is_said_at_the_start) {
  const auto notices = [](const std::string& environment, const std::string& key) {
    return notices_of({{"COBRO_ENV", environment},
                       {"JWT_SECRET_KEY", kLongKey},
                       {"STRIPE_WEBHOOK_SECRET", "whsec_x"},
                       {"STRIPE_SECRET_KEY", key}});
  };
  EXPECT_THAT(notices("production", "sk_test_x"), Contains(HasSubstr("is a test key")));
  EXPECT_THAT(notices("production", "rk_test_x"), Contains(HasSubstr("is a test key")));
  EXPECT_THAT(notices("production", "sk_live_x"), Not(Contains(HasSubstr("is a test key"))));
  EXPECT_THAT(notices("development", "sk_test_x"), IsEmpty());
}

TEST(KeyForms, quotes_that_were_kept_are_named_as_the_fault) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"STRIPE_SECRET_KEY", "\"sk_live_canary5f1d\""},
      {"STRIPE_WEBHOOK_SECRET", "'whsec_canary5f1d'"},
      {"STRIPE_PUBLISHABLE_KEY", "\"pk_live_x\""},
      {"DATABASE_URL", "\"postgresql://u:canary5f1d@h/d\""},
      {"COBRO_LISTEN", "'127.0.0.1:1'"}};
  for (const auto& [name, value] : rows) {
    const auto problems = problems_of(name, value);
    EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr(name), HasSubstr("is in quotes")))) << name;
    EXPECT_THAT(PrintToString(problems), Not(HasSubstr(kCanary)));
  }
  // Whoever signs the tokens may read it with its quotes too.
  const auto quoted = loaded_with({{"JWT_SECRET_KEY", "'" + kCanary + "'"}});
  EXPECT_THAT(quoted.problems, IsEmpty());
  EXPECT_THAT(quoted.notices, ElementsAre(HasSubstr("jwt.secret_key is in quotes")));
  EXPECT_EQ(quoted.configuration.jwt.secrets.front().reveal(), "'" + kCanary + "'");
  for (const auto* value : {"\"sk_live_x", "'sk_live_x\"", "\""})
    EXPECT_THAT(problems_of("STRIPE_SECRET_KEY", value), ElementsAre(HasSubstr("must begin")));
}

TEST(KeyForms, a_key_in_any_other_place_is_not_printed_either) {
  for (const auto* name : {"COBRO_LISTEN", "COBRO_PUBLIC_URL", "COBRO_ENV", "COBRO_NO_SUCH"})
    EXPECT_THAT(PrintToString(problems_of(name, "sk_live_" + kCanary)), Not(HasSubstr(kCanary)));
  EXPECT_THAT(
      PrintToString(problems_of("FRONTEND_URL", "https://eva:" + kCanary + "@shop.example")),
      Not(HasSubstr(kCanary)));
  EXPECT_THAT(describe(loaded_with({{"JWT_ISSUER", "sk_live_" + kCanary}}), true),
              Not(HasSubstr(kCanary)));
}

TEST(Variables, an_alias_sets_what_its_variable_does_not) {
  EXPECT_EQ(loaded_with({{"STRIPE_API_KEY", "sk_test_x"}}).configuration.stripe.secret_key.reveal(),
            "sk_test_x");
  for (const bool first : {true, false}) {
    Sources::Pairs both = {{"STRIPE_SECRET_KEY", "sk_test_own"}, {"STRIPE_API_KEY", "sk_test_x"}};
    if (!first) std::ranges::reverse(both);
    const auto loaded = loaded_with(both);
    EXPECT_EQ(loaded.configuration.stripe.secret_key.reveal(), "sk_test_own");
    EXPECT_THAT(loaded.notices, Contains(HasSubstr("STRIPE_API_KEY is not read, for")));
  }
  EXPECT_THAT(problems_of("STRIPE_API_KEY", "pk_test_x"), ElementsAre(HasSubstr("must begin")));
}

TEST(Variables, names_of_other_programs_are_pointed_out) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"STRIPE_SECRET", "STRIPE_SECRET_KEY"},
      {"JWT_SECRET", "JWT_SECRET_KEY"},
      {"JWT_KEY", "JWT_SECRET_KEY"},
      {"STRIPE_WEBHOOK_KEY", "STRIPE_WEBHOOK_SECRET"},
      {"STRIPE_ENDPOINT_SECRET", "STRIPE_WEBHOOK_SECRET"},
      {"STRIPE_PUBLIC_KEY", "STRIPE_PUBLISHABLE_KEY"},
      {"POSTGRES_URL", "DATABASE_URL"},
      {"PG_URL", "DATABASE_URL"},
      {"DB_URL", "DATABASE_URL"},
      {"PORT", "COBRO_LISTEN"},
      {"STRIPE_SECRET_KYE", "STRIPE_SECRET_KEY"},
      {"STRIPE_WEBHOOKSECRET", "STRIPE_WEBHOOK_SECRET"},
      {"stripe_secret_key", "STRIPE_SECRET_KEY"},
      {"JWT_SECRET_FILE", "JWT_SECRET_KEY_FILE"},
      {"STRIPE_SECRET_KYE_FILE", "STRIPE_SECRET_KEY_FILE"}};
  for (const auto& [theirs, ours] : rows)
    EXPECT_THAT(notices_of({{theirs, kCanary}}),
                ElementsAre("environment: " + theirs + " is not read; did you mean " + ours + "?"));
}

TEST(Variables, names_that_mean_nothing_here_or_are_not_missed_are_passed_over) {
  for (const auto* name : {"STRIPE_PRICE_BASIC", "STRIPE_ACCOUNT", "JWT_ALGORITHM", "HOME", "PATH",
                           "DATABASE_POOL_SIZE", "LOG_FILE", "SECRETS"})
    EXPECT_THAT(notices_of({{name, "x"}}), IsEmpty()) << name;
  EXPECT_THAT(notices_of({{"JWT_SECRET", "x"}, {"JWT_SECRET_KEY", kLongKey}}), IsEmpty());
  EXPECT_THAT(notices_of({{"JWT_SECRET", ""}}), IsEmpty());
}

}  // namespace
}  // namespace cobro::configuration
