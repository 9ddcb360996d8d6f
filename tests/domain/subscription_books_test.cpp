// What the books of a subscription make of what a gateway says: the row, its history with who did
// it and why, its events, and access.
#include "domain/subscription_books.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/words.h"

namespace cobro::domain {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Status = SubscriptionStatus;

const base::Timestamp kThen{1'000'000};
const base::Timestamp kNow{2'000'000};
const Author kGateway{};

Money pen(std::int64_t minor) {
  return {minor, *Currency::parse("PEN")};
}

Moment moment() {
  return {kNow, IdSource(kNow, {1, 2, 3}), {}};
}

Plan plan(const std::string& code, const std::string& price) {
  Plan made{.id = IdSource(kThen, {static_cast<std::uint8_t>(code.size())}).next<PlanId>(),
            .code = code,
            .name = code,
            .price = pen(1000),
            .gateway_price_id = price,
            .created_at = kThen,
            .updated_at = kThen};
  return made;
}

std::vector<Plan> plans() {
  return {plan("pro", "price_pro"), plan("basic", "price_basic")};
}

Subscription row(Status status) {
  Subscription made{.gateway = GatewayName::stripe};
  made.id = IdSource(kThen, {4, 5}).next<SubscriptionId>();
  made.user_id = "u1";
  made.tenant_id = "t1";
  made.gateway_customer_id = "cus_1";
  made.gateway_price_id = "price_pro";
  made.plan_code = "pro";
  made.gateway_subscription_id = "sub_1";
  made.status = status;
  made.price = pen(1000);
  made.billing_cycle = BillingCycle::monthly;
  made.created_at = made.updated_at = kThen;
  return made;
}

// What the gateway says of one that is as our row has it.
GatewaySubscription same_as(const Subscription& known) {
  GatewaySubscription snapshot;
  snapshot.gateway_subscription_id = "sub_1";
  snapshot.status = known.status;
  snapshot.gateway_customer_id = "cus_1";
  snapshot.price =
      GatewayPrice{known.gateway_price_id, known.price, known.billing_cycle, known.interval_count};
  snapshot.cancel_at_period_end = known.cancel_at_period_end;
  snapshot.cancel_at = known.cancel_at;
  snapshot.cancelled_at = known.cancelled_at;
  return snapshot;
}

SubscriptionBooks books_of(Subscription known) {
  return {moment(), std::move(known), plans()};
}

std::vector<std::string> types(const SubscriptionBooks& books) {
  std::vector<std::string> all;
  for (const auto& event : books.result().events) {
    EXPECT_EQ(event.occurred_at, kNow);
    EXPECT_EQ(event.aggregate, Aggregate::subscription);
    EXPECT_EQ(event.aggregate_id, books.subscription().id.uuid);
    all.push_back(event.type);
  }
  return all;
}

// "incomplete>active payment_completed gateway", line by line.
std::vector<std::string> history(const SubscriptionBooks& books) {
  std::vector<std::string> all;
  for (const auto& line : books.result().status_changes) {
    EXPECT_EQ(line.created_at, kNow);
    EXPECT_EQ(line.subscription_id, books.subscription().id);
    all.push_back((line.before ? std::string(to_string(*line.before)) : "") + ">" +
                  std::string(to_string(line.after)) + " " + line.reason + " " + line.changed_by);
  }
  return all;
}

TEST(SubscriptionBooks, begin_with_a_line_and_an_event) {
  auto books = books_of(row(Status::incomplete));
  EXPECT_FALSE(books.changed());
  books.create("user");
  EXPECT_TRUE(books.changed());
  EXPECT_THAT(history(books), ElementsAre(">incomplete subscription_created user"));
  EXPECT_THAT(types(books), ElementsAre("subscription.created"));
  EXPECT_EQ(books.subscription().event_sequence, 1);
}

TEST(SubscriptionBooks, change_nothing_that_is_not_news) {
  for (const auto status : {Status::incomplete, Status::trialing, Status::active, Status::past_due,
                            Status::unpaid, Status::paused}) {
    const auto known = row(status);
    auto books = books_of(known);
    EXPECT_FALSE(books.apply(same_as(known), kGateway)) << to_string(status);
    EXPECT_FALSE(books.changed());
    EXPECT_THAT(types(books), IsEmpty());
    EXPECT_THAT(history(books), IsEmpty());
    EXPECT_EQ(books.subscription().updated_at, kThen);
  }
}

struct Move {
  Status before;
  Status after;
  std::optional<Operation> operation;
  bool to_end;
  std::string line;
  std::vector<std::string> events;
};

const std::string kGranted = "entitlement.granted";
const std::string kRevoked = "entitlement.revoked";
const std::vector<Move> kMoves = {
    {Status::incomplete,
     Status::active,
     {},
     false,
     "incomplete>active payment_completed gateway",
     {"subscription.active", kGranted}},
    {Status::incomplete,
     Status::active,
     Operation::create_subscription,
     false,
     "incomplete>active payment_completed user",
     {"subscription.active", kGranted}},
    {Status::incomplete,
     Status::trialing,
     Operation::create_subscription,
     false,
     "incomplete>trialing trial_started user",
     {"subscription.trialing", kGranted}},
    {Status::incomplete,
     Status::incomplete_expired,
     {},
     false,
     "incomplete>incomplete_expired payment_failed gateway",
     {"subscription.incomplete_expired"}},
    {Status::trialing,
     Status::active,
     {},
     false,
     "trialing>active trial_ended gateway",
     {"subscription.active"}},
    {Status::trialing,
     Status::paused,
     {},
     false,
     "trialing>paused paused gateway",
     {"subscription.paused", kRevoked}},
    {Status::paused,
     Status::active,
     {},
     false,
     "paused>active resumed gateway",
     {"subscription.active", kGranted}},
    {Status::active,
     Status::past_due,
     {},
     false,
     "active>past_due payment_failed gateway",
     {"subscription.past_due"}},
    {Status::past_due,
     Status::active,
     {},
     false,
     "past_due>active payment_completed gateway",
     {"subscription.active"}},
    {Status::past_due,
     Status::unpaid,
     {},
     false,
     "past_due>unpaid payment_failed gateway",
     {"subscription.unpaid", kRevoked}},
    {Status::active,
     Status::cancelled,
     {},
     false,
     "active>cancelled cancel_requested gateway",
     {"subscription.cancelled", kRevoked}},
    {Status::active,
     Status::cancelled,
     {},
     true,
     "active>cancelled period_ended gateway",
     {"subscription.cancelled", kRevoked}},
    {Status::active,
     Status::cancelled,
     Operation::end_now,
     true,
     "active>cancelled cancel_requested user",
     {"subscription.cancelled", kRevoked}},
    {Status::active,
     Status::past_due,
     Operation::end_now,
     false,
     "active>past_due payment_failed gateway",
     {"subscription.past_due"}},
    {Status::past_due,
     Status::cancelled,
     {},
     false,
     "past_due>cancelled payment_failed gateway",
     {"subscription.cancelled", kRevoked}},
    {Status::unpaid,
     Status::cancelled,
     {},
     false,
     "unpaid>cancelled payment_failed gateway",
     {"subscription.cancelled"}},
    {Status::active,
     Status::incomplete,
     {},
     false,
     "active>incomplete subscription_created gateway",
     {"subscription.incomplete", kRevoked}},
};

// Each with who is said to have done it and why, and with what becomes of access.
TEST(SubscriptionBooks, say_of_each_move_who_and_why) {
  for (const auto& move : kMoves) {
    SCOPED_TRACE(move.line);
    auto known = row(move.before);
    known.cancel_at_period_end = move.to_end;
    auto books = books_of(known);
    auto snapshot = same_as(known);
    snapshot.status = move.after;
    EXPECT_TRUE(books.apply(snapshot, {"user", move.operation}));
    EXPECT_TRUE(books.changed());
    EXPECT_EQ(books.subscription().status, move.after);
    EXPECT_EQ(books.subscription().updated_at, kNow);
    EXPECT_THAT(history(books), ElementsAre(move.line));
    EXPECT_EQ(types(books), move.events);
    EXPECT_EQ(books.subscription().event_sequence, static_cast<int>(move.events.size()));
    const auto& access = books.result().entitlements;
    const bool told = move.events.back() == kGranted || move.events.back() == kRevoked;
    ASSERT_EQ(access.size(), told ? 1U : 0U);
    if (!told) continue;
    EXPECT_EQ(access[0].revoked_at,
              move.events.back() == kGranted ? std::nullopt : std::optional(kNow));
    EXPECT_EQ(access[0].granted_at, move.events.back() == kGranted ? kNow : kThen);
    EXPECT_EQ(access[0].kind, EntitlementKind::plan);
    EXPECT_EQ(access[0].reference, "pro");
    EXPECT_EQ(access[0].subscription_id, known.id);
    EXPECT_FALSE(access[0].payment_id);
    EXPECT_EQ(access[0].user_id, "u1");
    EXPECT_EQ(access[0].tenant_id, "t1");
    EXPECT_EQ(access[0].amount, pen(1000));
  }
}

TEST(SubscriptionBooks, are_closed_once_it_has_ended) {
  for (const auto status : {Status::cancelled, Status::incomplete_expired}) {
    auto known = row(status);
    auto snapshot = same_as(known);
    snapshot.status = Status::active;
    auto books = books_of(known);
    EXPECT_FALSE(books.apply(snapshot, kGateway));
    EXPECT_FALSE(books.end_as_gone());
    books.give_up("user", "cancel_requested");
    GatewayCheckout page{.gateway_checkout_id = "cs_2", .status = CheckoutStatus::expired};
    EXPECT_FALSE(books.apply(page, kGateway));
    EXPECT_FALSE(books.changed());
    EXPECT_EQ(books.subscription().status, status);
    // Given up here before anybody heard that it was made there: that counts.
    known.gateway_subscription_id.reset();
    auto revived = books_of(known);
    EXPECT_TRUE(revived.apply(snapshot, kGateway));
    EXPECT_EQ(revived.subscription().status, Status::active);
  }
}

TEST(SubscriptionBooks, follow_each_fact_alone) {
  using Edit = void (*)(GatewaySubscription&);
  using Look = bool (*)(const Subscription&);
  const std::vector<std::tuple<const char*, Edit, Look>> facts = {
      {"item", [](auto& s) { s.gateway_item_id = "si_2"; },
       [](const auto& r) { return r.gateway_item_id == "si_2"; }},
      {"start", [](auto& s) { s.current_period_start = kThen; },
       [](const auto& r) { return r.current_period_start == kThen; }},
      {"end", [](auto& s) { s.current_period_end = kThen; },
       [](const auto& r) { return r.current_period_end == kThen; }},
      {"trial end", [](auto& s) { s.trial_end = kThen; },
       [](const auto& r) { return r.trial_end == kThen; }},
      {"ended", [](auto& s) { s.ended_at = kThen; },
       [](const auto& r) { return r.ended_at == kThen; }},
      {"invoice", [](auto& s) { s.latest_invoice_id = "in_2"; },
       [](const auto& r) { return r.latest_invoice_id == "in_2"; }},
      {"secret", [](auto& s) { s.client_secret = "sec"; },
       [](const auto& r) { return r.client_secret == "sec"; }},
      {"cancelled at", [](auto& s) { s.cancelled_at = kThen; },
       [](const auto& r) { return r.cancelled_at == kThen; }},
      {"price", [](auto& s) { s.price->amount = pen(7); },
       [](const auto& r) { return r.price == pen(7); }},
      {"cycle", [](auto& s) { s.price->billing_cycle = BillingCycle::yearly; },
       [](const auto& r) { return r.billing_cycle == BillingCycle::yearly; }},
      {"interval", [](auto& s) { s.price->interval_count = 3; },
       [](const auto& r) { return r.interval_count == 3; }},
      {"method, the first one", [](auto& s) { s.gateway_payment_method_id = "pm_1"; },
       [](const auto& r) { return r.gateway_payment_method_id == "pm_1"; }},
      {"action", [](auto& s) { s.next_action = NextAction{"use_stripe_sdk", {}, "sec"}; },
       [](const auto& r) { return r.next_action.has_value(); }},
  };
  for (const auto& [name, edit, is_followed] : facts) {
    SCOPED_TRACE(name);
    const auto known = row(Status::active);
    auto snapshot = same_as(known);
    edit(snapshot);
    auto books = books_of(known);
    EXPECT_TRUE(books.apply(snapshot, kGateway));
    EXPECT_TRUE(books.changed());
    EXPECT_TRUE(is_followed(books.subscription()));
    EXPECT_EQ(books.subscription().updated_at, kNow);
    EXPECT_THAT(types(books), IsEmpty());
    EXPECT_THAT(history(books), IsEmpty());
    auto again = books_of(books.subscription());
    EXPECT_FALSE(again.apply(snapshot, kGateway));
    EXPECT_FALSE(again.changed());
  }
}

TEST(SubscriptionBooks, keep_what_a_snapshot_leaves_out) {
  auto known = row(Status::active);
  known.gateway_item_id = "si_1";
  known.current_period_start = known.current_period_end = known.trial_end = known.ended_at = kThen;
  known.latest_invoice_id = "in_1";
  known.client_secret = "sec";
  known.gateway_payment_method_id = "pm_1";
  auto books = books_of(known);
  GatewaySubscription bare;
  bare.gateway_subscription_id = "sub_1";
  EXPECT_FALSE(books.apply(bare, kGateway));
  EXPECT_EQ(books.subscription().gateway_item_id, "si_1");
  EXPECT_EQ(books.subscription().client_secret, "sec");
  EXPECT_EQ(books.subscription().gateway_price_id, "price_pro");
  EXPECT_EQ(books.subscription().price, pen(1000));
  EXPECT_EQ(books.subscription().gateway_payment_method_id, "pm_1");
  bare.has_no_method = true;
  EXPECT_TRUE(books.apply(bare, kGateway));
  EXPECT_EQ(books.subscription().gateway_payment_method_id, std::nullopt);
}

TEST(SubscriptionBooks, show_an_action_while_there_is_one_to_take) {
  const NextAction action{"redirect_to_url", "https://x.test/1", "sec"};
  auto known = row(Status::incomplete);
  known.next_action = action;
  auto snapshot = same_as(known);
  snapshot.next_action = action;
  auto same = books_of(known);
  EXPECT_FALSE(same.apply(snapshot, kGateway));
  using Edit = void (*)(NextAction&);
  for (const Edit edit :
       {Edit([](NextAction& a) { a.type = "other"; }), Edit([](NextAction& a) { a.url = "u"; }),
        Edit([](NextAction& a) { a.client_secret.reset(); })}) {
    auto other = snapshot;
    edit(*other.next_action);
    auto books = books_of(known);
    EXPECT_TRUE(books.apply(other, kGateway));
    EXPECT_EQ(books.subscription().next_action->type, other.next_action->type);
    EXPECT_EQ(books.subscription().next_action->url, other.next_action->url);
    EXPECT_EQ(books.subscription().next_action->client_secret, other.next_action->client_secret);
  }
  snapshot.next_action.reset();
  auto gone = books_of(known);
  EXPECT_TRUE(gone.apply(snapshot, kGateway));
  EXPECT_FALSE(gone.subscription().next_action);
}

TEST(SubscriptionBooks, tell_a_renewal_by_a_later_period) {
  auto known = row(Status::active);
  known.current_period_start = kThen;
  const auto told = [&](std::optional<base::Timestamp> start) {
    auto snapshot = same_as(known);
    snapshot.current_period_start = start;
    auto books = books_of(known);
    books.apply(snapshot, kGateway);
    return types(books);
  };
  EXPECT_THAT(told(kThen + hours(1)), ElementsAre("subscription.renewed"));
  EXPECT_THAT(told(kThen), IsEmpty());
  EXPECT_THAT(told(kThen - hours(1)), IsEmpty());
  EXPECT_THAT(told(std::nullopt), IsEmpty());
}

TEST(SubscriptionBooks, tell_another_plan_by_its_price) {
  for (const auto& [operation, by] : {std::pair(std::optional(Operation::change_plan), "user"),
                                      std::pair(std::optional<Operation>(), "gateway"),
                                      std::pair(std::optional(Operation::set_method), "gateway")}) {
    const auto known = row(Status::active);
    auto snapshot = same_as(known);
    snapshot.price->gateway_price_id = "price_basic";
    auto books = books_of(known);
    EXPECT_TRUE(books.apply(snapshot, {"user", operation}));
    EXPECT_EQ(books.subscription().gateway_price_id, "price_basic");
    EXPECT_EQ(books.subscription().plan_code, "basic");
    EXPECT_EQ(books.subscription().plan_id, plans()[1].id);
    EXPECT_THAT(history(books), ElementsAre("active>active plan_changed " + std::string(by)));
    EXPECT_THAT(types(books), ElementsAre("subscription.plan_changed", "entitlement.granted"));
    EXPECT_EQ(books.result().entitlements.at(0).reference, "basic");
  }
  auto unknown = same_as(row(Status::active));
  unknown.price->gateway_price_id = "price_other";
  auto books = books_of(row(Status::active));
  EXPECT_TRUE(books.apply(unknown, kGateway));
  EXPECT_FALSE(books.subscription().plan_id || books.subscription().plan_code);
  EXPECT_EQ(books.result().entitlements.at(0).reference, "price_other");
  unknown.status = Status::unpaid;
  auto without_access = books_of(row(Status::unpaid));
  EXPECT_TRUE(without_access.apply(unknown, kGateway));
  EXPECT_THAT(without_access.result().entitlements, IsEmpty());
}

TEST(SubscriptionBooks, tell_another_method_and_who_chose_it) {
  const auto told = [](std::optional<std::string> before, std::optional<Operation> operation) {
    auto known = row(Status::active);
    known.gateway_payment_method_id = std::move(before);
    auto snapshot = same_as(known);
    snapshot.gateway_payment_method_id = "pm_2";
    auto books = books_of(known);
    EXPECT_TRUE(books.apply(snapshot, {"user", operation}));
    EXPECT_EQ(books.subscription().gateway_payment_method_id, "pm_2");
    return std::pair(history(books), types(books));
  };
  const auto by = [](const std::string& who) {
    return std::pair(std::vector{"active>active payment_method_changed " + who},
                     std::vector<std::string>{"subscription.payment_method_changed"});
  };
  EXPECT_EQ(told("pm_1", Operation::set_method), by("user"));
  EXPECT_EQ(told("pm_1", Operation::change_plan), by("gateway"));
  EXPECT_EQ(told("pm_1", std::nullopt), by("gateway"));
  EXPECT_EQ(told(std::nullopt, Operation::set_method), by("user"));
  EXPECT_THAT(told(std::nullopt, std::nullopt).first, IsEmpty());
}

struct End {
  bool flag = false;
  std::optional<base::Timestamp> day = {};
};

TEST(SubscriptionBooks, tell_an_end_that_is_asked_for_and_one_that_is_taken_back) {
  const auto day = kNow + hours(24);
  const auto told = [](End before, End after, std::optional<Operation> operation) {
    auto known = row(Status::active);
    known.cancel_at_period_end = before.flag;
    known.cancel_at = before.day;
    auto snapshot = same_as(known);
    snapshot.cancel_at_period_end = after.flag;
    snapshot.cancel_at = after.day;
    auto books = books_of(known);
    books.apply(snapshot, {"user", operation});
    EXPECT_EQ(books.subscription().cancel_at_period_end, after.flag);
    EXPECT_EQ(books.subscription().cancel_at, after.day);
    std::string all;
    for (const auto& line : history(books)) all += line + "; ";
    for (const auto& type : types(books)) all += type;
    return all;
  };
  const auto asked = [](const std::string& by) {
    return "active>active cancel_requested " + by + "; subscription.cancel_requested";
  };
  const auto resumed = [](const std::string& by) {
    return "active>active resumed " + by + "; subscription.resumed";
  };
  EXPECT_EQ(told({}, {true, day}, Operation::end_at_period_end), asked("user"));
  EXPECT_EQ(told({}, {true}, {}), asked("gateway"));
  EXPECT_EQ(told({}, {false, day}, Operation::resume), asked("gateway"));
  EXPECT_EQ(told({true, day}, {}, Operation::resume), resumed("user"));
  EXPECT_EQ(told({false, day}, {}, {}), resumed("gateway"));
  EXPECT_EQ(told({true}, {}, Operation::end_at_period_end), resumed("gateway"));
  // Another way to say the same is no news for the history; another day is.
  EXPECT_EQ(told({true}, {true, day}, {}), "");
  EXPECT_EQ(told({true, day}, {false, day}, {}), "");
  EXPECT_EQ(told({false, day}, {false, day + hours(1)}, {}), asked("gateway"));
  EXPECT_EQ(told({true, day}, {false, day + hours(1)}, {}), asked("gateway"));
  // The end of the period moved, as with another plan.
  EXPECT_EQ(told({true, day}, {true, day + hours(1)}, Operation::change_plan), "");
  EXPECT_EQ(told({}, {}, {}), "");
}

TEST(SubscriptionBooks, keep_how_it_was_to_end_once_it_has_ended) {
  auto known = row(Status::active);
  known.cancel_at_period_end = true;
  known.cancel_at = kNow;
  auto snapshot = same_as(known);
  snapshot.status = Status::cancelled;
  snapshot.cancel_at_period_end = false;
  snapshot.cancel_at.reset();
  snapshot.cancelled_at = kThen;
  auto books = books_of(known);
  EXPECT_TRUE(books.apply(snapshot, kGateway));
  EXPECT_TRUE(books.subscription().cancel_at_period_end);
  EXPECT_EQ(books.subscription().cancel_at, kNow);
  EXPECT_EQ(books.subscription().cancelled_at, kThen);
  EXPECT_THAT(history(books), ElementsAre("active>cancelled period_ended gateway"));
}

TEST(SubscriptionBooks, end_what_the_gateway_knows_no_more) {
  auto known = row(Status::active);
  known.cancel_at_period_end = true;
  known.next_action = NextAction{"use_stripe_sdk", {}, {}};
  auto books = books_of(known);
  EXPECT_TRUE(books.end_as_gone());
  const auto& ended = books.subscription();
  EXPECT_EQ(ended.status, Status::cancelled);
  EXPECT_FALSE(ended.cancel_at_period_end || ended.next_action);
  EXPECT_EQ(ended.cancelled_at, kNow);
  EXPECT_EQ(ended.ended_at, kNow);
  EXPECT_EQ(ended.updated_at, kNow);
  EXPECT_THAT(history(books), ElementsAre("active>cancelled gone gateway"));
  EXPECT_THAT(types(books), ElementsAre("subscription.cancelled", "entitlement.revoked"));
  known = row(Status::incomplete);
  known.cancelled_at = kThen;
  auto unpaid = books_of(known);
  EXPECT_TRUE(unpaid.end_as_gone());
  EXPECT_EQ(unpaid.subscription().status, Status::incomplete_expired);
  EXPECT_EQ(unpaid.subscription().cancelled_at, kThen);
  EXPECT_THAT(types(unpaid), ElementsAre("subscription.incomplete_expired"));
}

TEST(SubscriptionBooks, follow_a_page_until_it_has_made_one) {
  auto known = row(Status::incomplete);
  known.gateway_subscription_id.reset();
  GatewayCheckout page{
      .gateway_checkout_id = "cs_1", .status = CheckoutStatus::open, .url = "https://x.test/pay"};
  auto books = books_of(known);
  EXPECT_TRUE(books.apply(page, kGateway));
  EXPECT_TRUE(books.changed());
  EXPECT_EQ(books.subscription().gateway_checkout_id, "cs_1");
  EXPECT_EQ(books.subscription().next_action->type, "redirect_to_url");
  EXPECT_EQ(books.subscription().next_action->url, "https://x.test/pay");
  EXPECT_EQ(books.subscription().updated_at, kNow);
  auto again = books_of(books.subscription());
  EXPECT_FALSE(again.apply(page, kGateway));
  EXPECT_FALSE(again.changed());
  auto made = books.subscription();
  made.gateway_subscription_id = "sub_1";
  made.next_action.reset();
  auto afterwards = books_of(made);
  EXPECT_FALSE(afterwards.apply(page, kGateway));
  EXPECT_FALSE(afterwards.subscription().next_action);
  page.status = CheckoutStatus::expired;
  EXPECT_FALSE(books_of(made).apply(page, kGateway));
}

TEST(SubscriptionBooks, give_up_one_whose_page_has_run_out) {
  for (const auto& [operation, line] :
       {std::pair(std::optional<Operation>(), "checkout_expired gateway"),
        std::pair(std::optional(Operation::end_now), "cancel_requested user")}) {
    auto known = row(Status::incomplete);
    known.gateway_subscription_id.reset();
    known.next_action = NextAction{"redirect_to_url", "u", {}};
    GatewayCheckout page{.gateway_checkout_id = "cs_1", .status = CheckoutStatus::expired};
    auto books = books_of(known);
    EXPECT_TRUE(books.apply(page, {"user", operation}));
    EXPECT_THAT(history(books), ElementsAre("incomplete>incomplete_expired " + std::string(line)));
    EXPECT_THAT(types(books), ElementsAre("subscription.incomplete_expired"));
    EXPECT_EQ(books.subscription().ended_at, kNow);
    EXPECT_EQ(books.subscription().updated_at, kNow);
    EXPECT_FALSE(books.subscription().next_action);
  }
  auto active = books_of(row(Status::active));
  active.give_up("user", "cancel_requested");
  EXPECT_FALSE(active.changed());
}

TEST(SubscriptionBooks, say_in_an_event_what_there_is_to_say) {
  auto known = row(Status::trialing);
  known.current_period_end = known.trial_end = known.cancel_at = kNow;
  auto books = books_of(known);
  books.warn_of_trial_end();
  EXPECT_THAT(types(books), ElementsAre("subscription.trial_will_end"));
  const auto text = books.result().events.at(0).payload;
  const std::string now = "\"1970-01-01T00:00:02.000Z\"";
  for (const auto& part :
       {"\"subscriptionId\":\"" + known.id.to_string() + "\"", std::string(R"("userId":"u1")"),
        std::string(R"("status":"trialing")"), std::string(R"("gateway":"stripe")"),
        std::string(R"("gatewaySubscriptionId":"sub_1")"), std::string(R"("plan":"pro")"),
        std::string(R"("priceId":"price_pro")"), std::string(R"("amount":10.00)"),
        std::string(R"("currency":"PEN")"), "\"currentPeriodEnd\":" + now, "\"trialEnd\":" + now,
        "\"cancelAt\":" + now})
    EXPECT_THAT(text, HasSubstr(part));
  known = row(Status::trialing);
  known.price.reset();
  known.plan_code.reset();
  auto bare = books_of(known);
  bare.warn_of_trial_end();
  const auto short_text = bare.result().events.at(0).payload;
  EXPECT_THAT(short_text, HasSubstr(R"("plan":null)"));
  for (const auto* name : {"amount", "currentPeriodEnd", "trialEnd", "cancelAt"})
    EXPECT_THAT(short_text, Not(HasSubstr(name)));
}

TEST(SubscriptionBooks, note_what_is_no_change_of_state) {
  auto books = books_of(row(Status::active));
  books.note([](Subscription& known) { known.calls = 3; });
  EXPECT_TRUE(books.changed());
  EXPECT_EQ(books.subscription().calls, 3);
  EXPECT_THAT(types(books), IsEmpty());
}

// ---- the small facts ------------------------------------------------------------------------

TEST(SubscriptionFacts, of_each_status) {
  struct Row {
    Status status;
    bool terminal;
    bool active;
  };
  for (const auto& [status, terminal, active] :
       {Row{Status::incomplete, false, false}, Row{Status::trialing, false, true},
        Row{Status::active, false, true}, Row{Status::past_due, false, true},
        Row{Status::unpaid, false, false}, Row{Status::paused, false, false},
        Row{Status::cancelled, true, false}, Row{Status::incomplete_expired, true, false}}) {
    EXPECT_EQ(is_terminal(status), terminal) << to_string(status);
    EXPECT_EQ(is_active(status), active) << to_string(status);
    EXPECT_EQ(grants_access(row(status)), active) << to_string(status);
  }
}

TEST(SubscriptionFacts, of_an_invoice_that_is_collected) {
  GatewayInvoice invoice;
  EXPECT_FALSE(is_collected(invoice));
  for (const auto& [status, collected] :
       {std::pair(InvoiceStatus::draft, false), std::pair(InvoiceStatus::open, false),
        std::pair(InvoiceStatus::paid, true), std::pair(InvoiceStatus::uncollectible, false),
        std::pair(InvoiceStatus::voided, false)}) {
    invoice.status = status;
    EXPECT_EQ(is_collected(invoice), collected);
  }
  invoice.status = InvoiceStatus::open;
  invoice.payment = GatewayPayment{};
  for (const auto state : {RemoteState::declined, RemoteState::requires_action}) {
    invoice.payment->state = state;
    EXPECT_FALSE(is_collected(invoice));
  }
  invoice.payment->state = RemoteState::processing;
  EXPECT_TRUE(is_collected(invoice));
}

TEST(SubscriptionFacts, of_the_page_that_it_is_paid_on) {
  CheckoutSession page;
  page.expires_at = kNow;
  const auto status = [&](Status of, base::Timestamp at) { return status_of(page, row(of), at); };
  const auto before = kNow - std::chrono::microseconds(1);
  EXPECT_EQ(status(Status::incomplete, before), CheckoutStatus::open);
  EXPECT_EQ(status(Status::incomplete, kNow), CheckoutStatus::expired);
  EXPECT_EQ(status(Status::trialing, kNow), CheckoutStatus::complete);
  EXPECT_EQ(status(Status::active, before), CheckoutStatus::complete);
  EXPECT_EQ(status(Status::cancelled, before), CheckoutStatus::expired);
  EXPECT_EQ(status(Status::unpaid, before), CheckoutStatus::open);
  page.status = CheckoutStatus::complete;
  EXPECT_EQ(status(Status::cancelled, kNow), CheckoutStatus::complete);
  page.status = CheckoutStatus::expired;
  EXPECT_EQ(status(Status::incomplete, before), CheckoutStatus::expired);
}

TEST(DisputeFacts, of_how_far_one_has_come) {
  const auto within = [](DisputeStage stage) {
    return std::vector{progress(stage, DisputeStatus::needs_response),
                       progress(stage, DisputeStatus::under_review),
                       progress(stage, DisputeStatus::won), progress(stage, DisputeStatus::lost)};
  };
  EXPECT_THAT(within(DisputeStage::inquiry), ElementsAre(0, 1, 2, 2));
  EXPECT_THAT(within(DisputeStage::chargeback), ElementsAre(3, 4, 5, 5));
}

}  // namespace
}  // namespace cobro::domain
