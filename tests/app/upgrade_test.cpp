// An upgrade from the version whose open work was in attempts and errands, on both databases:
// every operation left open, seen done at the gateway or not, is completed once by this version.
#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <filesystem>
#include <limits>
#include <map>

#include "app/handlers/call_handlers.h"
#include "sqlite/sqlite.h"
#include "store/postgres/blocking.h"
#include "store/postgres_store.h"
#include "tests/app/blocking_store.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "tests/app/old_schema.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using std::chrono::hours;
using std::chrono::minutes;

constexpr base::Timestamp kEndOfTime{std::numeric_limits<std::int64_t>::max()};

// The database that is upgraded.
class Database {
 public:
  virtual ~Database() = default;
  // Of the rows in that file, in the old schema.
  virtual void fill(const std::filesystem::path& folder) = 0;
  virtual std::unique_ptr<ports::Store> open(World& world) = 0;
  virtual void execute(const std::string& sql) = 0;
};

class SqliteDatabase final : public Database {
 public:
  void fill(const std::filesystem::path& folder) override { path_ = folder / "old.db"; }
  std::unique_ptr<ports::Store> open(World& world) override {
    return store::open_sqlite({path_, store::SqliteMode::inline_, false}, nullptr, world.clock,
                              world.random);
  }
  void execute(const std::string& sql) override { sqlite::Connection(path_).execute(sql); }

 private:
  std::string path_;
};

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(std::string server) : server_(std::move(server)) {
    name_ = "cobro_upgrade_" +
            std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
    store::PgBlocking(server_).script("CREATE DATABASE " + name_);
    const auto query = server_.find('?');
    const auto slash = server_.find('/', server_.find("://") + 3);
    url_ = server_.substr(0, slash) + "/" + name_ +
           (query == std::string::npos ? "" : server_.substr(query));
  }
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;
  ~PostgresDatabase() override {
    inner_.reset();
    store::PgBlocking(server_).script("DROP DATABASE " + name_ + " WITH (FORCE)");
  }
  void fill(const std::filesystem::path& folder) override {
    write_old_postgres(folder / "old.db", url_);
  }
  std::unique_ptr<ports::Store> open(World& world) override {
    inner_ = store::open_postgres({url_, 4}, loop_, world.clock, world.random);
    return std::make_unique<BlockingStore>(*inner_, loop_);
  }
  void execute(const std::string& sql) override { store::PgBlocking(url_).script(sql); }

 private:
  std::string server_, name_, url_;
  boost::asio::io_context loop_;
  std::unique_ptr<ports::Store> inner_;
};

struct DatabaseChoice {
  std::string name;
  std::function<std::unique_ptr<Database>()> make;
};
void PrintTo(const DatabaseChoice& choice, std::ostream* out) {
  *out << choice.name;
}

std::vector<DatabaseChoice> databases() {
  std::vector<DatabaseChoice> all{{"sqlite", [] { return std::make_unique<SqliteDatabase>(); }}};
  if (const char* server = std::getenv("COBRO_TEST_POSTGRES"))
    all.push_back({"postgres", [server] { return std::make_unique<PostgresDatabase>(server); }});
  return all;
}

class Upgrade : public ::testing::TestWithParam<DatabaseChoice> {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "cobro-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    use(store::open_sqlite({folder / "now.db", store::SqliteMode::inline_, false}, nullptr,
                           world.clock, world.random));
  }
  void TearDown() override {
    world.context.reset();
    world.store.reset();
    std::filesystem::remove_all(folder);
  }
  void use(std::unique_ptr<ports::Store> store) {
    world.context.reset();
    world.store = std::move(store);
    world.context = std::make_unique<app::Context>(
        app::Context{*world.store, world.clock, world.random, world.wire, world.gateways, world.log,
                     app::Settings{}, &app::call_handlers()});
  }
  std::int64_t owe(CaptureMethod capture = CaptureMethod::automatic) {
    world.order("100");
    const auto made = world.pay(++orders, "100", "stripe", capture);
    return std::stoll(made->body);
  }
  std::int64_t paid(CaptureMethod capture = CaptureMethod::automatic) {
    const auto payment = owe(capture);
    EXPECT_TRUE(world.process(payment));
    return payment;
  }
  // Nothing is heard of what is asked from here on; it is done, or not.
  void be_deaf(bool done) {
    world.wire.fate = [done](const ports::HttpRequest& request) {
      if (request.url.ends_with("/create_preview")) return Cut::none;  // changes nothing
      return done && request.method == "POST" ? Cut::answer_broken : Cut::request_broken;
    };
  }
  void hear() { world.wire.fate = nullptr; }
  std::vector<domain::GatewayCall> open_calls() {
    return run(world.clock, world.store->due_calls(kEndOfTime, 1000));
  }

  void put_before_a_person(bool done);
  void leave_payments_open(bool done);
  void leave_belongings_open(bool done);
  void upgrade();
  void recover();
  void expect_payments_as_there();
  void expect_belongings_as_asked(const std::string& of);

  World world{{.deliver_webhooks = false}};
  Members members{world};
  std::unique_ptr<Database> database;
  std::filesystem::path folder;
  std::int64_t orders = 0;
  std::map<std::string, std::string> asked;  // the key of each open call, and its bytes
};

// A day without a word: it waits for somebody.
void Upgrade::put_before_a_person(bool done) {
  const auto payment = owe();
  be_deaf(done);
  EXPECT_FALSE(world.process(payment, "pm_card_visa", "person" + std::to_string(payment)));
  be_deaf(false);
  for (int i = 0; i < 30; ++i) {
    world.advance(hours(1));
    world.work();
  }
  hear();
  EXPECT_TRUE(world.load(payment).open_calls.at(0).in_review);
}

void Upgrade::leave_payments_open(bool done) {
  const std::string key = done ? "done" : "lost";
  run(world.clock, app::ensure_customer(*world.context, {"ana", app::Role::user, std::nullopt},
                                        domain::GatewayName::stripe));
  const auto fresh = owe();
  const auto again = owe();
  EXPECT_EQ(to_string(world.process(again, "pm_card_chargeDeclined")),
            "payment_declined generic_decline");
  const auto authorized = paid(CaptureMethod::manual);
  const auto unwanted = paid(CaptureMethod::manual);
  const auto returned = paid();
  be_deaf(done);
  EXPECT_EQ(to_string(make_intent(world, {}, key)), "outcome_unknown");
  EXPECT_EQ(to_string(world.process(fresh, "pm_card_visa", key)), "outcome_unknown");
  EXPECT_EQ(to_string(world.process(again, "pm_card_visa", key)), "outcome_unknown");
  EXPECT_EQ(to_string(world.capture(authorized, "60", key + "c")), "outcome_unknown");
  EXPECT_EQ(to_string(world.cancel_payment(unwanted, key + "v")), "outcome_unknown");
  EXPECT_EQ(to_string(world.refund(returned, "40", "broken", key)), "outcome_unknown");
  hear();
}

// Each member leaves one operation open: "detach-lost" and so on.
void Upgrade::leave_belongings_open(bool done) {
  const std::string of = done ? "-done" : "-lost";
  for (const char* name : {"attach", "detach", "subscribe", "end", "end-now", "resume", "change"})
    EXPECT_TRUE(members.now(members.saving(name + of, "pm_card_visa")).starts_with("200"));
  std::map<std::string, std::string> ids;
  for (const char* name : {"end", "end-now", "resume", "change"}) {
    const auto method = members.saved(name + of).methods.front().id.to_string();
    EXPECT_EQ(members.now(members.subscribing(name + of, kPro, method)), "200 active");
    ids[name] = *members.only(name + of).gateway_subscription_id;
  }
  members.now(members.ending("resume" + of, ids["resume"], false));
  const auto card = members.saved("detach" + of).methods.front().id.to_string();
  const auto payer = members.saved("subscribe" + of).methods.front().id.to_string();
  be_deaf(done);
  const std::vector<std::string> told{
      members.now(members.saving("customer" + of, "pm_card_visa", "k")),
      members.now(members.saving("attach" + of, "pm_card_mastercard", "k")),
      members.now(members.removing("detach" + of, card, "k")),
      members.now(members.subscribing("subscribe" + of, kPro, payer, 0, "k")),
      members.now(members.ending("end" + of, ids["end"], false, "k")),
      members.now(members.ending("end-now" + of, ids["end-now"], true, "k")),
      members.now(members.resuming("resume" + of, ids["resume"], "k")),
      members.now(members.changing("change" + of, ids["change"], kBasic, false, "k"))};
  EXPECT_EQ(told, std::vector<std::string>(8, "outcome_unknown"));
  hear();
}

void Upgrade::upgrade() {
  for (const auto& call : open_calls())
    asked[call.gateway_key] = call.request.path + " " + call.request.body;
  world.context.reset();
  world.store.reset();
  write_old_sqlite(folder / "now.db", folder / "old.db");
  database = GetParam().make();
  database->fill(folder);
  use(database->open(world));
  std::map<std::string, std::string> carried;
  for (const auto& call : open_calls())
    carried[call.gateway_key] = call.request.path + " " + call.request.body;
  EXPECT_EQ(carried, asked);
  world.advance(minutes(1));  // beyond each deadline
}

// What is sent is what was asked, under its key; but what follows a customer that is there now.
void Upgrade::recover() {
  world.wire.sent.clear();
  for (int i = 0; i < 30 && !open_calls().empty(); ++i) {
    world.advance(i == 0 ? base::Duration(minutes(5)) : base::Duration(hours(1)));
    world.work();
  }
  EXPECT_TRUE(open_calls().empty());
  for (const auto& request : world.wire.sent) {
    if (request.method != "POST") continue;
    const std::string key(request.headers.find("Idempotency-Key").value_or(""));
    EXPECT_EQ("http://stripe.test" + asked[key].substr(0, asked[key].find(' ')), request.url);
    EXPECT_EQ(asked[key].substr(asked[key].find(' ') + 1), request.body);
  }
}

void Upgrade::expect_payments_as_there() {
  const auto listed = run(world.clock, world.store->list_payments(
                                           {.user_id = {}, .order_id = {}, .kind = {}, .words = {}},
                                           {.limit = 1000, .after = {}}));
  for (const auto& payment : listed.items) {
    if (payment.subscription_id) continue;  // the gateway's own
    SCOPED_TRACE("payment " + std::to_string(payment.number));
    EXPECT_EQ(world.standing(payment.number), world.standing_there(payment.number));
    EXPECT_FALSE(payment.conflicted);
  }
  EXPECT_EQ(world.audit(), "");
}

void Upgrade::expect_belongings_as_asked(const std::string& of) {
  SCOPED_TRACE(of);
  EXPECT_TRUE(members.saved("customer" + of).customer->gateway_customer_id);
  EXPECT_EQ(members.saved("attach" + of).methods.size(), 2U);
  EXPECT_TRUE(members.saved("detach" + of).methods.empty());
  EXPECT_EQ(members.status("subscribe" + of), "active");
  EXPECT_TRUE(members.only("end" + of).cancel_at_period_end);
  EXPECT_EQ(members.status("end-now" + of), "cancelled");
  EXPECT_FALSE(members.only("resume" + of).cancel_at_period_end);
  EXPECT_EQ(members.only("change" + of).plan_code, "basic");
}

TEST_P(Upgrade, every_operation_that_was_open_is_completed_once) {
  put_before_a_person(true);
  put_before_a_person(false);
  const auto closed = owe();
  const auto first = world.process(closed, "pm_card_visa", "closed");
  for (const bool done : {true, false}) {
    leave_payments_open(done);
    leave_belongings_open(done);
  }
  upgrade();
  EXPECT_EQ(asked.size(), 2U + 2U * (6 + 8));

  // Records answer as before, without a call.
  world.wire.sent.clear();
  EXPECT_EQ(to_string(world.process(closed, "pm_card_visa", "closed")), to_string(first));
  EXPECT_EQ(to_string(make_intent(world, {}, "lost")), "outcome_unknown");
  EXPECT_TRUE(world.wire.sent.empty());

  recover();
  expect_payments_as_there();
  expect_belongings_as_asked("-done");
  expect_belongings_as_asked("-lost");
  // Eight members twice, and ana.
  EXPECT_EQ(world.sandbox_count("/v1/customers"), 17);
  EXPECT_EQ(world.sandbox_count("/v1/subscriptions"), 8);  // and two that are ended
  EXPECT_EQ(
      run(world.clock, world.store->list_reviews(
                           {.payment_id = {}, .status = domain::ReviewStatus::open}, {.after = {}}))
          .total,
      0);
}

TEST_P(Upgrade, what_an_older_instance_writes_and_reads_fails) {
  be_deaf(true);
  world.process(owe());
  hear();
  upgrade();
  const std::string columns =
      "id, payment_id, operation, gateway, gateway_key, request_method, request_path,"
      " request_version, request_body, state_before, created_at, status, unknown,"
      " every_send_not_executed, sends, first_sent_at, deadline, next_check_at, checks, version";
  const std::string values =
      "'0192f0c1-2345-7abc-8def-0123456789ac', '" + world.payment(1).id.to_string() +
      "', 'confirm', 'stripe', 'k', 'POST', '/', 'v', '', 'pending', 0, 'open', 0, 1, 1, 0, 0, 0,"
      " 0, 1";
  for (const auto& sql : {
           "INSERT INTO attempts (" + columns + ") VALUES (" + values + ")",
           std::string("INSERT INTO errands (id) VALUES ('0192f0c1-2345-7abc-8def-0123456789ac')"),
           std::string("SELECT * FROM attempts"),
           std::string("SELECT * FROM errands"),
           std::string("SELECT attempts FROM payments"),
           std::string("SELECT errands FROM customers"),
           std::string("SELECT attempt_id FROM records"),
           std::string("SELECT * FROM reconciliations"),
       })
    EXPECT_THROW(database->execute(sql), std::exception) << sql;
  EXPECT_NO_THROW(database->execute("SELECT * FROM gateway_calls"));
}

INSTANTIATE_TEST_SUITE_P(Databases, Upgrade, ::testing::ValuesIn(databases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
