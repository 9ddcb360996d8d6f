#include "main/configuration/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "main/configuration/keys.h"
#include "tests/support/checkout_files.h"

namespace cobro::configuration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kLongKey(32, 'k');
const std::string kCanary = "canary-5f1d";

// A folder of the test's own, as working directory: ./cobro.toml is looked for there.
class ConfigurationTest : public ::testing::Test {
 protected:
  ConfigurationTest() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "cobro-XXXXXX").string();
    folder = mkdtemp(name.data());
    std::filesystem::current_path(folder);
  }
  ~ConfigurationTest() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder);
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }
  Loaded load_for(Purpose purpose) { return load(sources, purpose); }
  Loaded loaded() { return load(sources, Purpose::serve); }
  std::vector<std::string> problems() { return loaded().problems; }
  void set(const std::string& name, const std::string& value) {
    sources.environment.emplace_back(name, value);
  }
  void safe_production() {
    set("COBRO_ENV", "production");
    set("JWT_SECRET_KEY", kLongKey);
    set("STRIPE_SECRET_KEY", "sk_live_x");
    set("STRIPE_WEBHOOK_SECRET", "whsec_x");
  }

  Sources sources;
  std::string folder;

 private:
  std::filesystem::path before_;
};

TEST_F(ConfigurationTest, nothing_said_is_development_on_loopback) {
  const auto all = loaded();
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_THAT(all.notices, IsEmpty());
  const auto& configuration = all.configuration;
  EXPECT_FALSE(configuration.is_production());
  EXPECT_EQ(configuration.listen, (net::Endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(configuration.public_url, "http://127.0.0.1:8080");
  EXPECT_TRUE(configuration.database_url.empty());
  EXPECT_EQ(configuration.data_dir, "data");
  EXPECT_EQ(configuration.default_currency, "PEN");
  EXPECT_TRUE(configuration.sandbox);
}

TEST_F(ConfigurationTest, the_merchant_s_site_is_guessed_in_development_only) {
  EXPECT_EQ(loaded().configuration.frontend_url, "http://localhost:5173");
  set("COBRO_ENV", "production");
  EXPECT_EQ(loaded().configuration.frontend_url, "");
  set("FRONTEND_URL", "https://shop.example/");
  EXPECT_EQ(loaded().configuration.frontend_url, "https://shop.example");
}

TEST_F(ConfigurationTest, flags_win_over_environment_over_file_over_defaults) {
  write("cobro.toml", "listen = '127.0.0.1:1001'\n[log]\nlevel = 'debug'\n");
  EXPECT_EQ(loaded().configuration.listen.port, 1001);
  EXPECT_EQ(loaded().settings.at("log.level").source, "cobro.toml:3");
  set("COBRO_LISTEN", "127.0.0.1:1002");
  EXPECT_EQ(loaded().configuration.listen.port, 1002);
  EXPECT_EQ(loaded().settings.at("listen").source, "environment COBRO_LISTEN");
  sources.flags.emplace_back("--listen", "127.0.0.1:1003");
  EXPECT_EQ(loaded().configuration.listen.port, 1003);
  EXPECT_EQ(loaded().configuration.log_level, "debug");
}

TEST_F(ConfigurationTest, a_named_file_replaces_the_usual_one_and_must_exist) {
  write("cobro.toml", "listen = '127.0.0.1:1001'\n");
  write("other.toml", "[refunds]\nself_service_days = 14\n");
  sources.file = "other.toml";
  EXPECT_EQ(loaded().configuration.listen.port, 8080);
  EXPECT_EQ(loaded().configuration.refunds_self_service_days, 14);
  sources.file = "absent.toml";
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("cannot read `absent.toml`")));
}

TEST_F(ConfigurationTest, unknown_names_stop_the_start_and_the_nearest_is_named) {
  write("cobro.toml", "lisen = 'x'\n[stripe]\nsecret_kee = 'x'\n");
  set("COBRO_LISTNE", "x");
  set("COBRO_LISTEN_FILE", "x");
  set("SOMEBODY_ELSES", "x");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("cobro.toml:1: unknown key `lisen`; did you mean `listen`?"),
                          HasSubstr("`stripe.secret_kee`; did you mean `stripe.secret_key`?"),
                          HasSubstr("`COBRO_LISTNE`; did you mean `COBRO_LISTEN`?"),
                          HasSubstr("unknown variable `COBRO_LISTEN_FILE`")));
}

TEST_F(ConfigurationTest, every_wrong_value_is_named_at_once_with_its_source) {
  write("cobro.toml",
        "env = 'staging'\nlisten = 8080\n[orders]\nexpire_after = '3 days'\n"
        "[refunds]\nself_service_days = 1.5\n");
  set("COBRO_BEHIND_PROXY", "maybe");
  set("COBRO_PUBLIC_URL", "ftp://x");
  set("DATABASE_URL", "mysql://" + kCanary);
  set("COBRO_DEFAULT_CURRENCY", "XYZ");
  sources.flags.emplace_back("--refunds-self-service-days", "366");
  const auto all = problems();
  EXPECT_EQ(all.size(), 9U) << ::testing::PrintToString(all);
  EXPECT_THAT(all, Contains("cobro.toml:1: env must be one of development|production, not "
                            "`staging`"));
  EXPECT_THAT(all, Contains(HasSubstr("cobro.toml:2: listen must be address:port")));
  EXPECT_THAT(all, Contains(HasSubstr("cobro.toml:4: orders.expire_after must be a duration")));
  EXPECT_THAT(all, Contains(HasSubstr("environment COBRO_BEHIND_PROXY: behind_proxy")));
  EXPECT_THAT(all, Contains(HasSubstr("flag --refunds-self-service-days")));
  EXPECT_THAT(all, Contains(HasSubstr("environment DATABASE_URL: ")));
  EXPECT_THAT(all, Contains(HasSubstr("`XYZ` is no active ISO 4217 code")));
  EXPECT_THAT(::testing::PrintToString(all), Not(HasSubstr(kCanary)));
}

TEST_F(ConfigurationTest, a_file_that_is_no_toml_is_one_problem_with_its_line) {
  write("cobro.toml", "env = 'development'\nlisten = \n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("cobro.toml:2: ")));
}

TEST_F(ConfigurationTest, secrets_come_from_files_too) {
  write("key", kLongKey + "\n");
  set("JWT_SECRET_KEY_FILE", "key");
  ASSERT_EQ(loaded().configuration.jwt.secrets.size(), 1U);
  EXPECT_EQ(loaded().configuration.jwt.secrets[0].reveal(), kLongKey);
  set("JWT_SECRET_KEY", "other");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("both JWT_SECRET_KEY and JWT_SECRET_KEY_FILE")));
  sources.environment = {{"STRIPE_SECRET_KEY_FILE", "absent"}};
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("cannot read `absent`")));
  sources.environment.clear();
  write("cobro.toml", "[jwt]\nsecret_key_file = 'key'\n");
  EXPECT_EQ(loaded().configuration.jwt.secrets[0].reveal(), kLongKey);
}

TEST_F(ConfigurationTest, secrets_are_never_printed) {
  for (const auto& key : all_keys())
    if (key.secret) set(std::string(key.environment), kCanary);
  const auto all = loaded();
  EXPECT_THAT(describe(all, true), Not(HasSubstr(kCanary)));
  EXPECT_THAT(describe(all, false), HasSubstr("jwt.secret_key = (set)  (environment "));
  EXPECT_THAT(::testing::PrintToString(all.problems), Not(HasSubstr(kCanary)));
  EXPECT_THAT(::testing::PrintToString(all.notices), Not(HasSubstr(kCanary)));
}

TEST_F(ConfigurationTest, an_empty_variable_says_nothing) {
  set("COBRO_PUBLIC_URL", "");
  set("JWT_SECRET_KEY", "");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(ConfigurationTest, what_is_not_built_yet_is_accepted_and_said) {
  set("NATS_URL", "nats://127.0.0.1");
  set("COBRO_RATE_LIMITS", "off");
  const auto all = loaded();
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_THAT(all.notices,
              ElementsAre("rate_limits (environment COBRO_RATE_LIMITS) has no effect yet",
                          "nats.url (environment NATS_URL) has no effect yet"));
}

TEST_F(ConfigurationTest, overpayments_go_back_by_themselves_only_where_it_says_so) {
  EXPECT_FALSE(loaded().configuration.overpayments_auto_refund);
  set("COBRO_OVERPAYMENTS_AUTO_REFUND", "1");
  EXPECT_TRUE(loaded().configuration.overpayments_auto_refund);
  EXPECT_THAT(loaded().notices, IsEmpty());
}

TEST_F(ConfigurationTest, databases_are_named_by_their_url) {
  for (const auto* url : {"postgresql://u:p@h/d", "postgres://h/d", "sqlite:///var/x.db"}) {
    sources.environment = {{"DATABASE_URL", url}};
    EXPECT_EQ(loaded().configuration.database_url.reveal(), url);
    EXPECT_THAT(problems(), IsEmpty());
  }
  for (const auto* url : {"sqlite://", "sqlite:///", "sqlite:///var/"}) {
    sources.environment = {{"DATABASE_URL", url}};
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("DATABASE_URL must"))) << url;
  }
}

TEST_F(ConfigurationTest, what_a_path_is_put_behind_has_no_query) {
  for (const auto* name : {"COBRO_PUBLIC_URL", "FRONTEND_URL", "STRIPE_API_BASE"})
    for (const auto* url : {"https://a.example/x?y", "https://a.example#z"}) {
      sources.environment = {{name, url}};
      EXPECT_THAT(problems(), ElementsAre(HasSubstr(std::string(name) + " must have no query")));
    }
}

TEST_F(ConfigurationTest, origins_are_a_list_in_both_forms_and_a_star_is_everybody) {
  EXPECT_THAT(loaded().configuration.cors_origins, IsEmpty());
  write("cobro.toml", "cors_origins = ['https://a.example', 'https://b.example']\n");
  EXPECT_THAT(loaded().configuration.cors_origins,
              ElementsAre("https://a.example", "https://b.example"));
  set("COBRO_CORS_ORIGINS", "https://c.example , *");
  EXPECT_THAT(loaded().configuration.cors_origins, IsEmpty());
}

// A browser says its origin in one form only: what is listed otherwise would match nothing.
TEST_F(ConfigurationTest, origins_that_no_browser_could_say_are_refused) {
  set("COBRO_CORS_ORIGINS", "HTTPS://Shop.example:443/ ,http://localhost:5173");
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_THAT(loaded().configuration.cors_origins,
              ElementsAre("https://shop.example", "http://localhost:5173"));
  for (const auto* wrong :
       {"shop.example", "https://a.example/x", "https://e@a.example", ",", "*, shop.example"}) {
    sources.environment = {{"COBRO_CORS_ORIGINS", wrong}};
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("COBRO_CORS_ORIGINS"))) << wrong;
  }
}

TEST_F(ConfigurationTest, return_origins_are_read_and_compared_as_origins) {
  EXPECT_THAT(loaded().configuration.return_origins, IsEmpty());
  set("COBRO_RETURN_ORIGINS", "HTTPS://Shop.example:443/ ,http://localhost:5173");
  EXPECT_THAT(problems(), IsEmpty());
  const auto origins = loaded().configuration.return_origins;
  ASSERT_EQ(origins.size(), 2U);
  EXPECT_EQ(to_string(origins[0]), "https://shop.example");
  EXPECT_EQ(to_string(origins[1]), "http://localhost:5173");
  for (const auto* wrong :
       {"shop.example", "https://a.example/x", "*", "https://e@a.example", ","}) {
    sources.environment = {{"COBRO_RETURN_ORIGINS", wrong}};
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("COBRO_RETURN_ORIGINS"))) << wrong;
  }
}

TEST_F(ConfigurationTest, production_without_return_origins_says_so) {
  safe_production();
  EXPECT_THAT(loaded().notices, ElementsAre(HasSubstr("COBRO_RETURN_ORIGINS is not set")));
  set("COBRO_RETURN_ORIGINS", "https://shop.example");
  EXPECT_THAT(loaded().notices, IsEmpty());
}

TEST_F(ConfigurationTest, development_leaves_loopback_only_with_a_key) {
  set("COBRO_LISTEN", "0.0.0.0:8080");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("only with JWT_SECRET_KEY")));
  set("JWT_SECRET_KEY", "short");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(ConfigurationTest, production_names_everything_it_refuses) {
  set("COBRO_ENV", "production");
  set("COBRO_LISTEN", ":8080");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("JWT_SECRET_KEY"), HasSubstr("COBRO_BEHIND_PROXY"),
                                      HasSubstr("COBRO_SANDBOX=1")));
}

TEST_F(ConfigurationTest, production_takes_what_is_safe) {
  safe_production();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_FALSE(loaded().configuration.sandbox);
  set("COBRO_LISTEN", ":8080");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("plain HTTP beyond loopback")));
  set("COBRO_BEHIND_PROXY", "1");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(ConfigurationTest, production_refuses_short_keys) {
  safe_production();
  sources.environment[1].second = kLongKey.substr(1);
  set("JWT_SECRET_KEY_PREVIOUS", "short");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("JWT_SECRET_KEY has less than 32 bytes"),
                                      HasSubstr("JWT_SECRET_KEY_PREVIOUS has less")));
}

TEST_F(ConfigurationTest, the_sandbox_runs_in_production_only_when_asked_for) {
  set("COBRO_ENV", "production");
  set("JWT_SECRET_KEY", kLongKey);
  EXPECT_THAT(load_for(Purpose::sandbox).problems, ElementsAre(HasSubstr("COBRO_SANDBOX=1")));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the sandbox is refused here")));
  set("COBRO_SANDBOX", "1");
  EXPECT_THAT(load_for(Purpose::sandbox).problems, IsEmpty());
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_TRUE(loaded().configuration.sandbox);
}

TEST(Keys, have_one_name_each_everywhere) {
  std::vector<std::string> names;
  for (const auto& key : all_keys()) {
    names.emplace_back(key.name);
    names.emplace_back(key.environment);
    if (const auto flag = flag_of(key)) names.push_back(*flag);
    if (!key.fallback.empty()) {
      EXPECT_FALSE(why_invalid(key, key.fallback)) << key.name;
    }
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Keys, the_example_file_is_complete) {
  EXPECT_EQ(testing::text_of("config/cobro.example.toml"), example_file())
      << "write it anew: cobro check-config --example > "
         "config/cobro.example.toml";
}

TEST_F(ConfigurationTest, the_example_file_is_accepted_as_it_is_and_with_every_line_in_force) {
  write("cobro.toml", example_file());
  EXPECT_THAT(problems(), IsEmpty());
  std::string active = example_file();
  for (std::size_t at = 0; (at = active.find("\n#", at)) != std::string::npos; ++at)
    if (active[at + 2] != ' ') active.erase(at + 1, 1);
  write("cobro.toml", active);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(loaded().settings.at("catalog.mode").text, "open");
}

}  // namespace
}  // namespace cobro::configuration
