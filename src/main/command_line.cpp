#include "main/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include "base/text.h"
#include "main/commands.h"
#include "main/configuration/keys.h"
#include "main/version.h"
#include "observe/json_log.h"
#include "sandbox/common/faults.h"

namespace cobro {
namespace {

constexpr auto kIntroduction =
    R"(Cobro, a self-hosted payment service.

  cobro serve                    start the service (development, SQLite, built-in Stripe)
  cobro token --sub 1            print a bearer token for user 1
  cobro token --sub ops --role admin --ttl 8h
  cobro audit                    prove every balance from ledger and transactions
  cobro reconcile                what no machine can decide, and resolve it by hand
  cobro check-config             what the settings come to, and what is wrong with them
  cobro sandbox --memory         the built-in Stripe alone, for tests of any client

Settings come from flags, then the environment, then cobro.toml, then defaults:
`cobro serve --help` lists them all.
)";

struct Parsed {
  configuration::Sources sources;
  TokenOptions token;
  std::string ttl = "1h";
  SandboxOptions sandbox;
  std::string idempotency_kept;
  CheckOptions check;
  ReconcileOptions reconcile;
  std::function<int()> run;
};

void add_settings(CLI::App& command, configuration::Sources& sources, bool listed) {
  command.add_option("--config", sources.file, "file to read instead of ./cobro.toml")
      ->type_name("FILE");
  for (const auto& key : configuration::all_keys()) {
    const auto flag = configuration::flag_of(key);
    if (!flag) continue;
    // Their help is the table's own (keys_for_help), which shows secrets and variables too.
    command
        .add_option_function<std::string>(*flag,
                                          [&sources, name = *flag](const std::string& value) {
                                            sources.flags.emplace_back(name, value);
                                          })
        ->group("");
  }
  command.footer(listed ? "Settings (variable, flag, meaning, default):\n" +
                              configuration::keys_for_help()
                        : "Every setting may be given too: cobro serve --help lists them.");
}

std::int64_t positive_seconds(const char* flag, const std::string& text) {
  const auto seconds = configuration::read_duration_seconds(text);
  if (!seconds || *seconds == 0)
    throw CLI::ValidationError(flag, "must be a duration like 90s, 30m, 8h or 14d");
  return *seconds;
}

void add_token(CLI::App& app, Parsed& parsed) {
  auto* command = app.add_subcommand("token", "print a bearer token for JWT_SECRET_KEY");
  command->add_option("--sub", parsed.token.sub, "user id")->required()->type_name("ID");
  command->add_option("--role", parsed.token.role, "user, admin or service (default user)")
      ->check(CLI::IsMember({"user", "admin", "service"}))
      ->type_name("ROLE");
  command->add_option("--tenant", parsed.token.tenant, "tenant id")->type_name("ID");
  command->add_option("--ttl", parsed.ttl, "how long it lives (default 1h)")->type_name("DURATION");
  add_settings(*command, parsed.sources, false);
  command->callback([&parsed] {
    parsed.token.ttl_seconds = positive_seconds("--ttl", parsed.ttl);
    parsed.run = [&parsed] { return run_token(parsed.sources, parsed.token); };
  });
}

void add_sandbox(CLI::App& app, Parsed& parsed) {
  auto* command = app.add_subcommand("sandbox", "run the built-in Stripe alone");
  command->add_flag("--memory", parsed.sandbox.memory, "keep nothing: no file");
  command->add_option("--webhook-url", parsed.sandbox.webhook_url, "where its webhooks go")
      ->type_name("URL");
  command
      ->add_option("--webhook-secret", parsed.sandbox.webhook_secret,
                   "whsec_… that signs them (default: STRIPE_WEBHOOK_SECRET)")
      ->type_name("SECRET");
  command
      ->add_option("--fault", parsed.sandbox.faults,
                   "misbehave: answer_lost,path=/v1/refunds,percent=10 (repeatable)")
      ->expected(1)
      ->take_all()
      ->check(sandbox::mistake_in_fault)
      ->type_name("RULE");
  command
      ->add_option("--idempotency-kept", parsed.idempotency_kept,
                   "how long keys are remembered (default 24h)")
      ->type_name("DURATION");
  add_settings(*command, parsed.sources, false);
  command->callback([&parsed] {
    if (!parsed.idempotency_kept.empty())
      parsed.sandbox.idempotency_kept_seconds =
          positive_seconds("--idempotency-kept", parsed.idempotency_kept);
    parsed.run = [&parsed] { return run_sandbox(parsed.sources, parsed.sandbox); };
  });
}

constexpr auto kReconcileUse =
    R"(Look it up in the gateway's dashboard; then

  cobro reconcile ID --outcome succeeded --note "Paid, says the dashboard" --by eva

books what you found, with who said so and why; docs/operations.md says what to look for.

)";

void check_reconcile(const ReconcileOptions& options) {
  const bool says = !options.outcome.empty() || !options.note.empty() || !options.by.empty() ||
                    options.gateway_transaction_id;
  if (options.id.empty() && says)
    throw CLI::ValidationError("reconcile", "which one? Give its ID; `cobro reconcile` lists them");
  if (options.id.empty()) return;
  if (options.all) throw CLI::ValidationError("--all", "lists, and cannot be given with an ID");
  if (options.outcome.empty() || options.note.empty() || options.by.empty())
    throw CLI::ValidationError("reconcile", "settling one needs --outcome, --note and --by");
}

void add_reconcile(CLI::App& app, Parsed& parsed) {
  auto* command =
      app.add_subcommand("reconcile", "list what waits for a person; with an ID, resolve it");
  auto& options = parsed.reconcile;
  command->add_option("ID", options.id, "which one to resolve; without it: list them")
      ->type_name("");
  command->add_flag("--all", options.all, "list resolved ones too");
  command
      ->add_option("--outcome", options.outcome,
                   "of the operation; of the payment where there is a conflict")
      ->check(CLI::IsMember({"succeeded", "failed"}))
      ->type_name("OUTCOME");
  command->add_option("--note", options.note, "how you know; 1 to 500 characters")
      ->type_name("TEXT");
  command
      ->add_option("--gateway-transaction-id", options.gateway_transaction_id,
                   "the gateway's id of the charge or refund, where there is one")
      ->type_name("ID");
  command->add_option("--by", options.by, "who resolves it")->type_name("NAME");
  add_settings(*command, parsed.sources, false);
  command->footer(kReconcileUse + command->get_footer());
  command->callback([&parsed] {
    check_reconcile(parsed.reconcile);
    parsed.run = [&parsed] { return run_reconcile(parsed.sources, parsed.reconcile); };
  });
}

void add_check_config(CLI::App& app, Parsed& parsed) {
  auto* command = app.add_subcommand("check-config", "read all settings and say what is wrong");
  command->add_flag("--all", parsed.check.all, "show defaults too");
  command->add_flag("--example", parsed.check.example, "print a complete cobro.toml");
  add_settings(*command, parsed.sources, false);
  command->callback([&parsed] {
    parsed.run = [&parsed] { return run_check_config(parsed.sources, parsed.check); };
  });
}

void add_plain(CLI::App& app, Parsed& parsed, const char* name, const char* meaning,
               int (*run)(const configuration::Sources&)) {
  auto* command = app.add_subcommand(name, meaning);
  add_settings(*command, parsed.sources, std::string_view(name) == "serve");
  command->callback(
      [&parsed, run] { parsed.run = [&parsed, run] { return run(parsed.sources); }; });
}

void add_commands(CLI::App& app, Parsed& parsed) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "cobro " + std::string(kVersion));
  add_plain(app, parsed, "serve", "start the service", &run_serve);
  add_plain(app, parsed, "migrate", "bring the database to this version's schema", &run_migrate);
  add_plain(app, parsed, "audit", "re-derive every balance and state; exits 1 on a difference",
            &run_audit);
  add_reconcile(app, parsed);
  add_token(app, parsed);
  add_sandbox(app, parsed);
  add_check_config(app, parsed);
  app.add_subcommand("version", "print version, commit and libraries")->callback([&parsed] {
    parsed.run = &run_version;
  });
}

bool is_secret_flag(std::string_view flag) {
  std::string name(flag.substr(0, flag.find('=')));
  for (const auto& key : configuration::all_keys()) {
    std::string as_flag = "--" + std::string(key.name);
    std::ranges::replace_if(as_flag, [](char c) { return c == '_' || c == '.'; }, '-');
    if (key.secret && as_flag == name) return true;
  }
  return false;
}

// CLI11 names what it did not expect; the nearest thing it would have is ours to find.
std::string explain_unknown(const CLI::App& app, const std::string& word) {
  const auto flag = word.substr(0, word.find('='));
  if (!flag.starts_with("-")) {
    const auto near = base::nearest(flag, {"serve", "migrate", "token", "check-config", "sandbox",
                                           "audit", "reconcile", "version"});
    return "unknown command `" + flag + "`" +
           (near ? "; did you mean `" + std::string(*near) + "`?" : "; see cobro --help");
  }
  if (is_secret_flag(flag))
    return "`" + flag + "` is a secret, and command lines are public: set it in the environment";
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands())
    for (const auto* option : command->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = base::nearest(flag, known);
  return "unknown flag `" + flag + "`" +
         (near ? "; did you mean `" + std::string(*near) + "`?" : "");
}

// What was typed in the wrong place may be a key.
void complain(std::string_view what) {
  std::fprintf(stderr, "cobro: %s\n", observe::redact(std::string(what)).c_str());
}

// An unknown flag's value is left over too; it says nothing of its own.
bool explain_all(const CLI::App& app) {
  auto words = app.remaining(true);
  const auto is_flag = [](const std::string& word) { return word.starts_with("-"); };
  if (std::ranges::any_of(words, is_flag)) std::erase_if(words, std::not_fn(is_flag));
  for (const auto& word : words) complain(explain_unknown(app, word));
  return !words.empty();
}

}  // namespace

int run_command_line(int count, char** arguments) {
  CLI::App app(kIntroduction, "cobro");
  Parsed parsed;
  parsed.sources.environment = configuration::process_environment();
  add_commands(app, parsed);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ExtrasError&) {
    explain_all(app);
    return 2;
  } catch (const CLI::ParseError& failed) {
    if (failed.get_exit_code() == 0) return app.exit(failed);  // --help
    if (count == 1)
      std::fputs(app.help().c_str(), stderr);
    else if (!explain_all(app))
      complain(failed.what());
    return 2;
  }
  return parsed.run();
}

}  // namespace cobro
