// One API request from its bytes to its answer: key, version, route, idempotency, the
// operation in one transaction, headers.
#pragma once

#include <set>
#include <string>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "sandbox/common/faulty_api.h"
#include "sandbox/stripe/account.h"
#include "sandbox/stripe/routes.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

class Api final : public GatewayApi {
 public:
  Api(Account& account, ports::Clock& clock, ports::Log& log)
      : account_(account), clock_(clock), log_(log) {}

  base::Task<wire::Reply> answer(wire::Request request, base::Duration processing) override;
  std::string operation_of(const wire::Request& request) override;
  wire::Reply error_of(const FaultRule& rule, const wire::Request& request) override;
  std::string idempotency_key_of(const wire::Request& request) override;

 private:
  struct Post;
  wire::Reply run_read(const RouteMatch& match, Call& call);
  wire::Reply run_change(const RouteMatch& match, Call& call, const Post& post);
  // What the key alone decides: a replay, a conflict, a misuse. Nothing when it is new.
  std::optional<wire::Reply> answer_by_key(const Post& post, const std::string& request_id);
  void keep_answer(const Post& post, const std::string& request_id, const wire::Reply& reply);

  Account& account_;
  ports::Clock& clock_;
  ports::Log& log_;
  std::set<std::string, std::less<>> keys_in_use_;
  int keys_since_pruning_ = 0;
};

}  // namespace cobro::sandbox::stripe
