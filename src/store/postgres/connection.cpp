#include "store/postgres/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <deque>

#include "base/check.h"

namespace cobro::store {
namespace {

namespace asio = boost::asio;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

std::string field_of(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

PgError error_of(const PGresult* result) {
  return {field_of(result, PG_DIAG_SQLSTATE), field_of(result, PG_DIAG_CONSTRAINT_NAME),
          field_of(result, PG_DIAG_MESSAGE_PRIMARY)};
}

Rows rows_of(const PGresult* result) {
  const int columns = PQnfields(result);
  const int count = PQntuples(result);
  Rows rows(static_cast<std::size_t>(columns));
  for (int row = 0; row < count; ++row)
    for (int column = 0; column < columns; ++column)
      if (PQgetisnull(result, row, column) != 0)
        rows.add_null();
      else
        rows.add(std::string_view(PQgetvalue(result, row, column),
                                  static_cast<std::size_t>(PQgetlength(result, row, column))));
  return rows;
}

// One statement's parameters as libpq wants them: C strings. The text of numbers and ids lives
// here. Kept for the next statement, for what it has room for.
class Bound {
 public:
  void bind(const std::vector<Param>& params) {
    values_.clear();
    if (numbers_.size() < params.size()) numbers_.resize(params.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
      const auto& value = params[i].value;
      if (const auto* number = std::get_if<std::int64_t>(&value))
        values_.push_back(text_of(numbers_[i], *number));
      else if (const auto* id = std::get_if<base::Uuid>(&value))
        values_.push_back(text_of(numbers_[i], *id));
      else if (const auto* text = std::get_if<std::string>(&value))
        values_.push_back(text->c_str());
      else
        values_.push_back(nullptr);
    }
  }
  [[nodiscard]] int size() const { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* data() const { return values_.data(); }

 private:
  using Digits = std::array<char, 40>;
  static const char* text_of(Digits& digits, std::int64_t number) {
    *std::to_chars(digits.data(), digits.data() + digits.size() - 1, number).ptr = '\0';
    return digits.data();
  }
  static const char* text_of(Digits& digits, const base::Uuid& id) {
    *id.write_to(digits.data()) = '\0';
    return digits.data();
  }
  std::vector<Digits> numbers_;
  std::vector<const char*> values_;
};

std::string name_of(std::string_view text) {
  return fmt::format("c{:x}", reinterpret_cast<std::uintptr_t>(text.data()));
}

// What the next result belongs to: a statement, or the preparation of one.
struct Expected {
  const char* prepares = nullptr;
  std::size_t statement = 0;
  std::size_t rows = 0;  // that it must touch or find; 0: any number
};

// Every connection has these: what a lost instance of ours holds is let go by the server.
constexpr std::string_view kSession =
    "SELECT set_config('idle_in_transaction_session_timeout', '30s', false),"
    " set_config('statement_timeout', '30s', false), set_config('jit', 'off', false),"
    " set_config('plan_cache_mode', 'force_generic_plan', false)";

class Connection final : public PgConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& loop, std::string url)
      : loop_(loop), url_(std::move(url)), socket_(loop), timer_(loop) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override { finish(); }

  void connect(base::Duration timeout, Connected connected) override {
    connected_ = std::move(connected);
    arm(timeout);
    // The address is in the last place: what it says wins.
    const char* const names[] = {"application_name", "client_encoding", "dbname", nullptr};
    const char* const values[] = {"cobro", "UTF8", url_.c_str(), nullptr};
    connection_ = PQconnectStartParams(names, values, 1);
    if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD)
      return asio::post(loop_, [self = shared_from_this()] { self->lose("cannot connect"); });
    wait_to_connect(PGRES_POLLING_WRITING);
  }

  void run(std::span<const Statement> statements, base::Duration timeout, Done done) override {
    COBRO_CHECK(!busy());
    done_ = std::move(done);
    answers_ = {};
    answers_.rows.resize(statements.size());
    arm(timeout);
    bool sent = usable();
    for (std::size_t i = 0; sent && i < statements.size(); ++i) sent = send(statements[i], i);
    if (!sent || PQpipelineSync(connection_) != 1)
      return asio::post(loop_, [self = shared_from_this()] { self->lose("cannot send"); });
    flush();
  }

  void close() override {
    done_ = nullptr;
    connected_ = nullptr;
    finish();
  }

  [[nodiscard]] bool usable() const override {
    return connection_ != nullptr && PQstatus(connection_) == CONNECTION_OK;
  }
  [[nodiscard]] bool alive() override {
    // The first look takes the server's last words, the second sees the end behind them.
    return usable() && PQconsumeInput(connection_) == 1 && PQconsumeInput(connection_) == 1 &&
           usable();
  }
  [[nodiscard]] bool busy() const override { return static_cast<bool>(done_); }
  [[nodiscard]] bool in_transaction() const override {
    return connection_ != nullptr && PQtransactionStatus(connection_) != PQTRANS_IDLE;
  }

 private:
  void wait_to_connect(PostgresPollingStatusType direction) {
    // libpq may try several addresses, a socket each.
    if (socket_.is_open()) socket_.release();
    socket_.assign(PQsocket(connection_));
    const auto what = direction == PGRES_POLLING_READING
                          ? asio::posix::stream_descriptor::wait_read
                          : asio::posix::stream_descriptor::wait_write;
    socket_.async_wait(what, [self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && self->connected_) self->poll_connect();
    });
  }

  void poll_connect() {
    const auto next = PQconnectPoll(connection_);
    if (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING)
      return wait_to_connect(next);
    if (next != PGRES_POLLING_OK) return lose("cannot connect");
    if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1)
      return lose("cannot enter pipeline mode");
    if (socket_.is_open()) socket_.release();
    socket_.assign(PQsocket(connection_));
    PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
    wait_readable();
    const Statement session{kSession};
    run({&session, 1}, std::chrono::seconds(10), [this](PgAnswers answers) {
      auto connected = std::exchange(connected_, nullptr);
      if (answers.error) finish();
      if (answers.lost || answers.error)
        connected(answers.error ? answers.error->message : failure_);
      else
        connected(std::nullopt);
    });
  }

  bool send(const Statement& statement, std::size_t index) {
    const auto [entry, is_new] = prepared_.try_emplace(statement.text.data());
    auto& name = entry->second;
    if (is_new) {
      name = name_of(statement.text);
      if (PQsendPrepare(connection_, name.c_str(), statement.text.data(), 0, nullptr) != 1)
        return false;
      // Until its answer came it counts as prepared: the same pipeline may use it again.
      expected_.push_back({.prepares = statement.text.data()});
    }
    bound_.bind(statement.params);
    expected_.push_back(
        {.statement = index, .rows = statement.touches == Touches::any ? 0 : statement.times});
    return PQsendQueryPrepared(connection_, name.c_str(), bound_.size(), bound_.data(), nullptr,
                               nullptr, 0) == 1;
  }

  void flush() {
    const int left = PQflush(connection_);
    if (left < 0) return later_lose("cannot send");
    if (left == 0) return;
    socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (!error && self->connection_ != nullptr) self->flush();
                       });
  }

  // Always armed: an idle connection notices that the server has gone.
  void wait_readable() {
    socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (!error && self->connection_ != nullptr) self->on_readable();
                       });
  }

  void on_readable() {
    if (PQconsumeInput(connection_) != 1) {
      // What came before the end is still to be read: the server's last words.
      drain();
      return lose("the server closed the connection");
    }
    drain();
    if (connection_ != nullptr) wait_readable();
  }

  void drain() {
    while (busy() && connection_ != nullptr && PQisBusy(connection_) == 0) {
      const Result result(PQgetResult(connection_));
      if (!result) {
        if (!usable()) return;
        if (seen_) advance();
      } else if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
        complete();
      } else {
        take(result.get());
      }
    }
  }

  void advance() {
    seen_ = false;
    expected_.pop_front();
  }

  void take(const PGresult* result) {
    if (expected_.empty()) return;
    seen_ = true;
    const auto& expected = expected_.front();
    const auto status = PQresultStatus(result);
    const bool well = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!well && expected.prepares != nullptr) prepared_.erase(expected.prepares);
    if (status == PGRES_FATAL_ERROR && !answers_.error) answers_.error = error_of(result);
    if (!well || expected.prepares != nullptr) return;
    if (status == PGRES_TUPLES_OK) answers_.rows[expected.statement] = rows_of(result);
    answers_.last_tag = PQcmdStatus(const_cast<PGresult*>(result));
    if (expected.rows > 0 &&
        PQcmdTuples(const_cast<PGresult*>(result)) != std::to_string(expected.rows))
      answers_.missed = true;
  }

  void complete() {
    timer_.cancel();
    ++armed_;
    expected_.clear();
    seen_ = false;
    auto done = std::exchange(done_, nullptr);
    done(std::move(answers_));
  }

  void arm(base::Duration timeout) {
    timer_.expires_after(timeout);
    timer_.async_wait(
        [weak = weak_from_this(), armed = ++armed_](const boost::system::error_code& error) {
          const auto self = weak.lock();
          if (error || !self || self->armed_ != armed) return;
          self->answers_.late = true;
          self->lose("no answer in time");
        });
  }

  void later_lose(const char* why) {
    asio::post(loop_, [self = shared_from_this(), why] { self->lose(why); });
  }

  // Ends the connection and tells who waits.
  void lose(const char* why) {
    const auto self = shared_from_this();
    failure_ = why;
    if (connection_ != nullptr && PQstatus(connection_) == CONNECTION_BAD) {
      failure_ += ": ";
      failure_ += PQerrorMessage(connection_);
    }
    finish();
    if (done_) {
      answers_.lost = true;
      auto done = std::exchange(done_, nullptr);
      done(std::move(answers_));
    } else if (connected_) {
      auto connected = std::exchange(connected_, nullptr);
      connected(failure_);
    }
  }

  void finish() {
    ++armed_;
    timer_.cancel();
    // libpq owns the socket.
    if (socket_.is_open()) socket_.release();
    if (connection_ != nullptr) PQfinish(connection_);
    connection_ = nullptr;
  }

  asio::io_context& loop_;
  std::string url_;
  PGconn* connection_ = nullptr;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer timer_;
  std::uint64_t armed_ = 0;  // the timer that counts
  std::string failure_;
  Connected connected_;
  Done done_;
  PgAnswers answers_;
  std::deque<Expected> expected_;
  bool seen_ = false;  // the first of `expected_` has been answered
  std::unordered_map<const char*, std::string> prepared_;  // names, by the address of the text
  Bound bound_;
};

}  // namespace

std::shared_ptr<PgConnection> PgConnection::create(asio::io_context& loop, std::string url) {
  return std::make_shared<Connection>(loop, std::move(url));
}

}  // namespace cobro::store
