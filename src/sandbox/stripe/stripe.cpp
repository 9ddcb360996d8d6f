#include "sandbox/stripe/stripe.h"

#include "sandbox/common/control.h"
#include "sandbox/common/faulty_api.h"
#include "sandbox/common/webhook_dispatcher.h"
#include "sandbox/stripe/account.h"
#include "sandbox/stripe/api.h"
#include "sandbox/stripe/card_updates.h"
#include "sandbox/stripe/challenge_page.h"
#include "sandbox/stripe/checkout_page.h"
#include "sandbox/stripe/products.h"
#include "sandbox/stripe/scheduled_jobs.h"
#include "sandbox/stripe/settings.h"
#include "sandbox/stripe/webhook_requests.h"

namespace cobro::sandbox {

struct Stripe::Parts final : DispatchingGateway {
  Parts(StripeOptions given, ports::Clock& clock, ports::Random& random, ports::HttpClient& http,
        ports::Log& log)
      : options(std::move(given)),
        account(options, clock, random),
        settings(account, options),
        api(account, clock, log),
        dispatcher(*this, account.database, clock, http, log),
        faulty_api(api, account.faults, account.database, clock, options.processing_time,
                   [this] { wake_if_needed(); }) {
    for (const auto& fault : options.faults) account.faults.add(fault);
    stripe::stock_products(account);
  }

  void run_due_jobs() override { stripe::run_due_jobs(account); }
  std::optional<ports::HttpRequest> webhook_request(const Delivery& delivery) override {
    return stripe::webhook_request(account, delivery);
  }
  void wake_if_needed() {
    if (account.take_work_waiting()) dispatcher.wake();
  }

  StripeOptions options;
  stripe::Account account;
  stripe::StripeSettings settings;
  stripe::Api api;
  WebhookDispatcher dispatcher;
  FaultyApi faulty_api;
};

Stripe::Stripe(StripeOptions options, ports::Clock& clock, ports::Random& random,
               ports::HttpClient& http, ports::Log& log)
    : parts_(std::make_unique<Parts>(std::move(options), clock, random, http, log)) {}

Stripe::~Stripe() = default;

base::Task<wire::Reply> Stripe::handle(wire::Request request) {
  if (!request.path.starts_with("/_sandbox/"))
    co_return co_await parts_->faulty_api.answer(std::move(request));
  auto& account = parts_->account;
  const auto begins = [&](std::string_view path) { return request.path.starts_with(path); };
  wire::Reply reply;
  if (begins("/_sandbox/3ds/"))
    reply = stripe::answer_challenge(account, request);
  else if (begins("/_sandbox/checkout/"))
    reply = stripe::answer_checkout(account, request);
  else if (begins("/_sandbox/cards/") && request.method == "POST")
    reply = stripe::renew_card(account, request);
  else
    reply = answer_control({account.database, account.faults, parts_->settings, account.real_now(),
                            [&] { account.note_work(); }},
                           request);
  parts_->wake_if_needed();
  co_return reply;
}

base::Task<void> Stripe::run() {
  return parts_->dispatcher.run();
}

}  // namespace cobro::sandbox
