#include "sandbox/stripe.h"

#include "sandbox/account.h"
#include "sandbox/api.h"
#include "sandbox/challenge_page.h"
#include "sandbox/courier.h"

namespace cobro::sandbox {

struct Stripe::Parts {
  Parts(StripeOptions given, ports::Clock& clock, ports::Random& random, ports::HttpClient& http,
        ports::Log& log)
      : options(std::move(given)),
        account(options, clock, random),
        api(account, clock, log),
        courier(account, clock, http, log) {}

  StripeOptions options;
  Account account;
  Api api;
  Courier courier;
};

Stripe::Stripe(StripeOptions options, ports::Clock& clock, ports::Random& random,
               ports::HttpClient& http, ports::Log& log)
    : parts_(std::make_unique<Parts>(std::move(options), clock, random, http, log)) {}

Stripe::~Stripe() = default;

base::Task<wire::Reply> Stripe::handle(wire::Request request) {
  wire::Reply reply;
  if (request.path.starts_with("/_sandbox/3ds/"))
    reply = answer_challenge(parts_->account, request);
  else
    reply = co_await parts_->api.answer(std::move(request));
  if (parts_->account.take_work_waiting()) parts_->courier.wake();
  co_return reply;
}

base::Task<void> Stripe::run() {
  return parts_->courier.run();
}

}  // namespace cobro::sandbox
