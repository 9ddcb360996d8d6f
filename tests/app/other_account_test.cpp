// Events of the accounts that are connected to ours, or stand beside it in an organization: they
// come to the same endpoint, signed with the same secret, and may carry the metadata of our rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/calls/accounts.h"
#include "app/handlers/call_handlers.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "tests/app/buyer.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using ports::WebhookStatus;
using ::testing::Contains;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto kStripe = domain::GatewayName::stripe;
constexpr const char* kOther = "acct_1OtherOther";

class KeptLog final : public ports::Log {
 public:
  std::vector<std::string> lines;

  void write(ports::LogLevel, std::string_view message,
             std::initializer_list<ports::LogField>) override {
    lines.emplace_back(message);
  }
};

class OtherAccount : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  KeptLog log;
  Postbox postbox{world};
  base::TaskGroup group{[](std::string_view, std::exception_ptr) { FAIL(); }};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(
        app::Context{*world.store, world.clock, world.random, world.wire, world.gateways, log,
                     app::Settings{}, &app::call_handlers()});
    world.order("100");
    world.pay(1, "100");
  }
  // Paid there, and nobody here has heard of it: the letter that tells so.
  wire::Request pay_unheard() {
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.method == "POST" ? Cut::answer_lost : Cut::none;
    };
    world.process(1);
    world.wire.fate = nullptr;
    world.advance(2s);
    return postbox.about("payment_intent.succeeded").at(0);
  }
  // The same letter with that member, signed again.
  wire::Request with(wire::Request letter, const std::string& name, const std::string& value) {
    auto event = wire::parse_json(letter.body).value();
    event.set(name, value);
    letter.body = wire::to_text(event);
    const auto at = std::to_string(world.clock.now().unix_seconds());
    const auto signature = base::to_hex(crypto::hmac_sha256("whsec_test", at + "." + letter.body));
    letter.headers.set("Stripe-Signature", "t=" + at + ",v1=" + signature);
    return letter;
  }
  void learn_account() {
    ASSERT_TRUE(run(world.clock, app::is_our_account(*world.context, kStripe)));
  }
  std::string our_account() {
    return *wire::parse_json(world.sandbox_get("/v1/account"))->string_at({"id"});
  }
  // Answered 200; what is left of it to be applied.
  std::optional<ports::StoredWebhook> receive(const wire::Request& letter) {
    auto received =
        run(world.clock, app::receive_webhook(*world.context, kStripe, webhook_of(letter)));
    EXPECT_TRUE(received) << "is answered 200";
    return received ? received->left : std::nullopt;
  }
  void apply(const std::optional<ports::StoredWebhook>& row) {
    ASSERT_TRUE(row);
    run(world.clock, app::apply_webhook(*world.context, *row));
  }
  ports::StoredWebhook row_of(const wire::Request& letter) {
    const auto event = world.stripe->read_event(webhook_of(letter));
    return run(world.clock,
               world.store->load({.webhook = ports::WebhookRef{kStripe, event->event_id}}))
        .webhook.value();
  }
  PaymentState state() { return world.payment(1).state; }
  void expect_ignored(const wire::Request& letter) {
    EXPECT_EQ(row_of(letter).status, WebhookStatus::ignored);
    EXPECT_EQ(row_of(letter).body, letter.body);
    EXPECT_NE(state(), PaymentState::succeeded);
    EXPECT_FALSE(world.payment(1).conflicted);
    EXPECT_THAT(log.lines, Contains(HasSubstr("another account")));
  }
};

TEST_F(OtherAccount, s_event_is_kept_and_never_applied) {
  learn_account();
  const auto letter = with(pay_unheard(), "account", kOther);
  EXPECT_FALSE(receive(letter));
  expect_ignored(letter);
}

TEST_F(OtherAccount, is_the_last_that_the_context_names) {
  learn_account();
  const auto letter = with(pay_unheard(), "context", our_account() + "/" + kOther);
  EXPECT_FALSE(receive(letter));
  expect_ignored(letter);
}

TEST_F(OtherAccount, s_refund_is_not_booked) {
  learn_account();
  world.process(1);
  ASSERT_EQ(state(), PaymentState::succeeded);
  world.sandbox_post("/v1/refunds",
                     "amount=3000&payment_intent=" + *world.payment(1).gateway_payment_id);
  world.advance(2s);
  for (const auto& letter : postbox.about("refund.")) receive(with(letter, "account", kOther));
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "0.00");
  for (const auto& letter : postbox.about("charge.refunded"))
    EXPECT_FALSE(receive(with(letter, "account", kOther)));
}

TEST_F(OtherAccount, is_not_the_one_that_we_work_with) {
  learn_account();
  const auto letter = with(pay_unheard(), "account", our_account());
  EXPECT_FALSE(receive(letter));
  EXPECT_EQ(row_of(letter).status, WebhookStatus::applied);
  EXPECT_EQ(state(), PaymentState::succeeded);
}

TEST_F(OtherAccount, s_event_in_a_list_is_passed_over) {
  learn_account();
  const auto request = webhook_of(with(pay_unheard(), "account", kOther));
  const auto event = world.stripe->read_event(request).value();
  EXPECT_EQ(run(world.clock, app::take_listed_event(*world.context, kStripe, event, request)),
            app::ListedTaken::of_no_interest);
  EXPECT_NE(state(), PaymentState::succeeded);
}

// Before our account is known, nothing is known of an event that names one: it waits for that.
TEST_F(OtherAccount, is_told_from_ours_once_ours_is_known) {
  const auto told = pay_unheard();
  const auto theirs = with(told, "account", kOther);
  const auto left = receive(theirs);
  EXPECT_NE(state(), PaymentState::succeeded);
  apply(left);
  expect_ignored(theirs);
}

TEST_F(OtherAccount, is_not_ours_once_ours_is_known) {
  const auto letter = with(pay_unheard(), "account", our_account());
  const auto left = receive(letter);
  EXPECT_NE(state(), PaymentState::succeeded);
  apply(left);
  EXPECT_EQ(row_of(letter).status, WebhookStatus::applied);
  EXPECT_EQ(state(), PaymentState::succeeded);
}

TEST_F(OtherAccount, cannot_be_told_by_a_key_that_may_not_ask) {
  const auto letter = with(pay_unheard(), "account", our_account());
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/account") ? Cut::server_error_before : Cut::none;
  };
  apply(receive(letter));
  EXPECT_EQ(row_of(letter).status, WebhookStatus::waiting);
  world.advance(8 * 24h);
  apply(row_of(letter));
  EXPECT_EQ(row_of(letter).status, WebhookStatus::ignored);
  EXPECT_NE(state(), PaymentState::succeeded);
}

TEST_F(OtherAccount, s_event_that_would_change_nothing_waits_for_nothing) {
  auto letter = with(with(pay_unheard(), "type", "account.updated"), "account", kOther);
  EXPECT_FALSE(receive(letter));
  EXPECT_EQ(row_of(letter).status, WebhookStatus::ignored);
}

}  // namespace
}  // namespace cobro::testing
