// The commands of `cobro`, one file each. They return the process's exit code: 0 done,
// 1 it did not succeed, 2 the command line or the configuration is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "main/configuration/configuration.h"

namespace cobro {

struct TokenOptions {
  std::string sub;
  std::string role = "user";
  std::optional<std::string> tenant;
  std::int64_t ttl_seconds = 3600;
};

struct SandboxOptions {
  bool memory = false;
  std::optional<std::string> webhook_url;
  std::optional<std::string> webhook_secret;
  std::vector<std::string> faults;
  std::optional<std::int64_t> idempotency_kept_seconds;
};

// Without an id it lists reviews. With one it resolves that review; outcome, note and by are there.
struct ReconcileOptions {
  bool all = false;  // resolved ones too
  std::string id;
  std::string outcome;
  std::string note;
  std::optional<std::string> gateway_transaction_id;
  std::string by;
};

struct CheckOptions {
  bool all = false;      // also settings that nobody changed
  bool example = false;  // print the complete example file instead
};

int run_serve(const configuration::Sources& sources);
int run_migrate(const configuration::Sources& sources);
int run_audit(const configuration::Sources& sources);
int run_reconcile(const configuration::Sources& sources, const ReconcileOptions& options);
int run_token(const configuration::Sources& sources, const TokenOptions& options);
int run_sandbox(const configuration::Sources& sources, const SandboxOptions& options);
int run_check_config(const configuration::Sources& sources, const CheckOptions& options);
int run_version();

}  // namespace cobro
