#include "sandbox/stripe.h"

#include "sandbox/account.h"
#include "sandbox/api.h"
#include "sandbox/challenge_page.h"
#include "sandbox/checkout_page.h"
#include "sandbox/control.h"
#include "sandbox/courier.h"
#include "sandbox/faulty_api.h"
#include "sandbox/products.h"

namespace cobro::sandbox {

struct Stripe::Parts {
  Parts(StripeOptions given, ports::Clock& clock, ports::Random& random, ports::HttpClient& http,
        ports::Log& log)
      : options(std::move(given)),
        account(options, clock, random),
        api(account, clock, log),
        courier(account, clock, http, log),
        faulty_api(account, api, courier, clock) {
    for (const auto& fault : options.faults) account.faults.add(fault);
    stock_products(account);
  }

  StripeOptions options;
  Account account;
  Api api;
  Courier courier;
  FaultyApi faulty_api;
};

Stripe::Stripe(StripeOptions options, ports::Clock& clock, ports::Random& random,
               ports::HttpClient& http, ports::Log& log)
    : parts_(std::make_unique<Parts>(std::move(options), clock, random, http, log)) {}

Stripe::~Stripe() = default;

base::Task<wire::Reply> Stripe::handle(wire::Request request) {
  if (!request.path.starts_with("/_sandbox/"))
    co_return co_await parts_->faulty_api.answer(std::move(request));
  const auto begins = [&](std::string_view path) { return request.path.starts_with(path); };
  auto reply = begins("/_sandbox/3ds/") ? answer_challenge(parts_->account, request)
               : begins("/_sandbox/checkout/")
                   ? answer_checkout(parts_->account, request)
                   : answer_control(parts_->account, parts_->options, request);
  if (parts_->account.take_work_waiting()) parts_->courier.wake();
  co_return reply;
}

base::Task<void> Stripe::run() {
  return parts_->courier.run();
}

}  // namespace cobro::sandbox
