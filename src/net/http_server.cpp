#include "net/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <ctime>
#include <list>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "net/reply_writer.h"
#include "net/request_reader.h"

namespace cobro::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

wire::Reply plain_refusal(const wire::Request&, int, std::string_view reason) {
  // Reasons are literals and Beast's messages: nothing in them needs escaping.
  return wire::json_reply(0, "{\"error\":\"" + std::string(reason) + "\"}");
}

std::string printable(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

struct Transferred {
  error_code failed;
  std::size_t bytes = 0;
};

// One client. Shared with the handlers of its pending socket operation, which may fire after
// the coroutine is gone; `waiting` is empty then and they do nothing.
struct Connection : std::enable_shared_from_this<Connection> {
  Connection(tcp::socket socket_in, std::string peer_in, const ServerLimits& limits)
      : socket(std::move(socket_in)),
        peer(std::move(peer_in)),
        reader(limits.head_bytes, limits.body_bytes),
        buffer(std::make_unique_for_overwrite<char[]>(limits.head_bytes)),
        capacity(limits.head_bytes) {}

  tcp::socket socket;
  std::string peer;
  RequestReader reader;
  std::unique_ptr<char[]> buffer;
  std::size_t capacity;
  std::size_t begin = 0, end = 0;  // the bytes not yet taken by the reader
  std::string out;
  SteadyClock::time_point deadline = SteadyClock::time_point::max();
  bool timed_out = false;
  bool idle = false;  // between requests, with nothing received
  std::coroutine_handle<> waiting;
  Transferred last;
  std::list<Connection*>::iterator place;

  void settle(error_code failed, std::size_t bytes) {
    deadline = SteadyClock::time_point::max();
    last = {failed, bytes};
    if (auto awaiter = std::exchange(waiting, {})) awaiter.resume();
  }

  void interrupt() {
    error_code ignored;
    socket.cancel(ignored);
  }

  void close() {
    waiting = {};
    error_code ignored;
    socket.close(ignored);
  }
};

// co_await Transfer{connection, start}: one socket operation, without an allocation of ours.
template <class Start>
struct Transfer {
  Connection& connection;
  Start start;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    connection.waiting = awaiter;
    start([self = connection.shared_from_this()](error_code failed, std::size_t bytes) {
      self->settle(failed, bytes);
    });
  }
  Transferred await_resume() const { return connection.last; }
};
template <class Start>
Transfer(Connection&, Start) -> Transfer<Start>;

auto read_some(Connection& connection) {
  return Transfer{connection, [&connection](auto handler) {
                    connection.socket.async_read_some(
                        asio::buffer(connection.buffer.get() + connection.end,
                                     connection.capacity - connection.end),
                        std::move(handler));
                  }};
}

auto write_some(Connection& connection, std::size_t from) {
  return Transfer{connection, [&connection, from](auto handler) {
                    connection.socket.async_write_some(
                        asio::buffer(connection.out.data() + from, connection.out.size() - from),
                        std::move(handler));
                  }};
}

tcp::acceptor open_acceptor(asio::io_context& io, const Endpoint& listen) {
  try {
    tcp::endpoint where(asio::ip::make_address(listen.address), listen.port);
    tcp::acceptor acceptor(io);
    acceptor.open(where.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(where);
    acceptor.listen(1024);
    return acceptor;
  } catch (const boost::system::system_error& failed) {
    throw std::runtime_error("cannot listen on " + to_string(listen) + ": " +
                             failed.code().message());
  }
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& loop, const Endpoint& listen, wire::Handler handler_in, ServerLimits limits_in,
       ports::Log& log_in, Refuse refuse_in)
      : io(loop.native()),
        acceptor(open_acceptor(io, listen)),
        address(listen.address),
        handler(std::move(handler_in)),
        limits(limits_in),
        log(log_in),
        refuse(refuse_in ? std::move(refuse_in) : plain_refusal),
        bound_port(acceptor.local_endpoint().port()) {
    tasks.emplace([this](std::string_view, std::exception_ptr failure) {
      report("connection ended by an exception", failure);
    });
  }

  asio::io_context& io;
  tcp::acceptor acceptor;
  std::string address;
  wire::Handler handler;
  ServerLimits limits;
  ports::Log& log;
  Refuse refuse;
  Spoil spoil;
  std::uint16_t bound_port;

  tcp::endpoint peer;
  asio::steady_timer accept_pause{io};
  asio::steady_timer sweep_timer{io};
  bool sweeping = false;
  bool draining = false;
  bool closed = false;
  std::list<Connection*> open;
  std::unordered_map<std::string, std::size_t> per_address;
  std::int64_t date_second = -1;
  std::string date;
  // Emptied by close(): its coroutines use what is above.
  std::optional<base::TaskGroup> tasks;

  // Accepting.
  void accept();
  void admit(tcp::socket socket);
  bool has_room(const std::string& peer_address) const;
  void turn_away(tcp::socket& socket);
  // One connection.
  struct Membership;
  base::Task<void> serve(std::shared_ptr<Connection> connection);
  enum class Received { request, refused, gone };
  base::Task<Received> receive(Connection& connection);
  base::Task<bool> continue_body(Connection& connection);
  base::Task<bool> answer(Connection& connection);
  base::Task<void> send_spoiled(Connection& connection, Sending sending, std::size_t body_bytes);
  base::Task<wire::Reply> handle(wire::Request request);
  wire::Reply refusal(const wire::Request& seen, int status, std::string_view reason);
  base::Task<bool> write_all(Connection& connection);
  base::Task<void> linger(Connection& connection);
  // Around them.
  void start_sweeping();
  void sweep();
  void stop_accepting();
  void close();
  std::string_view current_date();
  void report(std::string_view event, std::exception_ptr failure);
};

// A connection's entry in the lists, for exactly as long as its coroutine lives.
struct HttpServer::Impl::Membership {
  Membership(Impl& server_in, Connection& connection_in)
      : server(server_in), connection(connection_in) {
    connection.place = server.open.insert(server.open.end(), &connection);
    ++server.per_address[connection.peer];
  }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  ~Membership() {
    server.open.erase(connection.place);
    const auto entry = server.per_address.find(connection.peer);
    if (--entry->second == 0) server.per_address.erase(entry);
    connection.close();
  }
  Impl& server;
  Connection& connection;
};

void HttpServer::Impl::accept() {
  acceptor.async_accept(peer, [self = shared_from_this()](error_code failed, tcp::socket socket) {
    if (self->closed || self->draining) return;
    if (!failed) {
      self->admit(std::move(socket));
      return self->accept();
    }
    // Out of descriptors, most likely: going on at once would only burn the processor.
    self->log.write(ports::LogLevel::warning, "accepting a connection failed",
                    {{"error", std::string_view(failed.message())}});
    self->accept_pause.expires_after(std::chrono::milliseconds(100));
    self->accept_pause.async_wait([self](error_code cancelled) {
      if (!cancelled && !self->closed && !self->draining) self->accept();
    });
  });
}

bool HttpServer::Impl::has_room(const std::string& peer_address) const {
  if (open.size() >= limits.connections) return false;
  const auto entry = per_address.find(peer_address);
  return entry == per_address.end() || entry->second < limits.connections_per_address;
}

void HttpServer::Impl::admit(tcp::socket socket) {
  std::string peer_address = printable(peer.address());
  error_code ignored;
  if (!has_room(peer_address)) return turn_away(socket);
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection =
      std::make_shared<Connection>(std::move(socket), std::move(peer_address), limits);
  tasks->spawn("connection", serve(std::move(connection)));
  start_sweeping();
}

// One attempt to say why, then the door: a full server waits for nobody.
void HttpServer::Impl::turn_away(tcp::socket& socket) {
  auto reply = refusal({}, 503, "too many connections");
  reply.headers.set("Retry-After", "1");
  std::string out;
  append_reply(reply, {.close = true, .date = current_date()}, out);
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(out), ignored);
}

base::Task<void> HttpServer::Impl::serve(std::shared_ptr<Connection> shared) {
  Connection& connection = *shared;
  const Membership membership(*this, connection);
  while (true) {
    const auto received = co_await receive(connection);
    if (received == Received::gone) co_return;
    if (received == Received::refused) break;
    if (!co_await answer(connection)) break;
  }
  co_await linger(connection);
}

// Reads until a request is complete or refused, or the client is gone. A refusal has been
// answered when this returns.
base::Task<HttpServer::Impl::Received> HttpServer::Impl::receive(Connection& connection) {
  auto& reader = connection.reader;
  const auto started = SteadyClock::now();
  bool begun = false;  // bytes of this request have come
  auto first_byte = started;
  bool continued = false;
  while (true) {
    if (connection.begin < connection.end) {
      if (!std::exchange(begun, true)) first_byte = SteadyClock::now();
      connection.begin += reader.feed(
          {connection.buffer.get() + connection.begin, connection.end - connection.begin});
    }
    if (reader.state() == RequestReader::State::complete) co_return Received::request;
    std::optional<RequestReader::Refusal> refused;
    if (reader.state() == RequestReader::State::refused) refused = reader.refusal();
    if (connection.timed_out && begun)
      refused = RequestReader::Refusal{408, "the request took too long"};
    if (refused) {
      connection.out.clear();
      append_reply(refusal(reader.request(), refused->status, refused->reason),
                   {.close = true, .date = current_date()}, connection.out);
      connection.timed_out = false;
      co_return co_await write_all(connection) ? Received::refused : Received::gone;
    }
    if (reader.expects_continue() && connection.begin == connection.end &&
        !std::exchange(continued, true) && !co_await continue_body(connection))
      co_return Received::gone;
    if (draining && !begun) co_return Received::gone;

    std::memmove(connection.buffer.get(), connection.buffer.get() + connection.begin,
                 connection.end - connection.begin);
    connection.end -= std::exchange(connection.begin, 0);
    const bool in_head = reader.state() == RequestReader::State::head;
    connection.idle = !begun;
    connection.deadline = !begun    ? started + limits.idle_timeout
                          : in_head ? first_byte + limits.head_timeout
                                    : first_byte + limits.request_timeout;
    const auto read = co_await read_some(connection);
    connection.idle = false;
    connection.end += read.bytes;
    if (!read.failed) connection.timed_out = false;  // it came just in time
    if (read.failed && !(connection.timed_out && begun)) co_return Received::gone;
  }
}

base::Task<bool> HttpServer::Impl::continue_body(Connection& connection) {
  connection.out = "HTTP/1.1 100 Continue\r\n\r\n";
  co_return co_await write_all(connection);
}

// True when the connection may carry another request.
base::Task<bool> HttpServer::Impl::answer(Connection& connection) {
  ReplyFraming framing;
  framing.close = !connection.reader.keep_alive();
  framing.http_1_0 = connection.reader.is_http_1_0();
  auto request = connection.reader.take();
  request.peer = connection.peer;
  framing.head_only = request.method == "HEAD";
  auto reply = co_await handle(std::move(request));
  const auto sending = spoil ? spoil(reply) : Sending::whole;
  framing.close = framing.close || draining;
  framing.date = current_date();
  connection.out.clear();
  append_reply(reply, framing, connection.out);
  if (sending != Sending::whole) {
    co_await send_spoiled(connection, sending, reply.body.size());
    co_return false;
  }
  co_return co_await write_all(connection) && !framing.close;
}

// The connection is over afterwards; `out` holds the whole reply.
base::Task<void> HttpServer::Impl::send_spoiled(Connection& connection, Sending sending,
                                                std::size_t body_bytes) {
  if (sending == Sending::half) {
    connection.out.resize(connection.out.size() - (body_bytes + 1) / 2);
    co_await write_all(connection);
  } else if (sending == Sending::reset) {
    error_code ignored;
    connection.socket.set_option(asio::socket_base::linger(true, 0), ignored);
    connection.socket.close(ignored);
  } else if (sending == Sending::silence) {
    connection.idle = true;  // so that a drain does not wait for it
    while (!draining && !connection.timed_out) {
      connection.end = 0;
      connection.deadline = SteadyClock::now() + limits.idle_timeout;
      if ((co_await read_some(connection)).failed) break;
    }
  }
}

base::Task<wire::Reply> HttpServer::Impl::handle(wire::Request request) {
  wire::Request seen{request.method, request.path, request.query, request.headers, {}, {}};
  try {
    co_return co_await handler(std::move(request));
  } catch (...) {
    report("handler failed", std::current_exception());
  }
  co_return refusal(seen, 500, "internal error");
}

wire::Reply HttpServer::Impl::refusal(const wire::Request& seen, int status,
                                      std::string_view reason) {
  auto reply = refuse(seen, status, reason);
  reply.status = status;
  return reply;
}

base::Task<bool> HttpServer::Impl::write_all(Connection& connection) {
  const auto deadline = SteadyClock::now() + limits.write_timeout;
  std::size_t written = 0;
  while (written < connection.out.size()) {
    connection.deadline = deadline;
    const auto wrote = co_await write_some(connection, written);
    if (wrote.failed) co_return false;
    written += wrote.bytes;
  }
  // A rare large answer should not stay with every idle connection.
  if (connection.out.capacity() > 64 * 1024) connection.out = {};
  co_return true;
}

// Closing with bytes unread makes the kernel send a reset, which may overtake the last answer:
// so the sending side is shut, and what still comes is read and dropped for a short while.
base::Task<void> HttpServer::Impl::linger(Connection& connection) {
  error_code ignored;
  connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
  const auto deadline = SteadyClock::now() + limits.linger_timeout;
  while (true) {
    connection.end = 0;
    connection.deadline = deadline;
    const auto read = co_await read_some(connection);
    if (read.failed || SteadyClock::now() >= deadline) co_return;
  }
}

// Deadlines are kept by one timer for all connections: arming one costs a store, and a few
// milliseconds of lateness cost nothing.
void HttpServer::Impl::start_sweeping() {
  if (std::exchange(sweeping, true)) return;
  sweep();
}

void HttpServer::Impl::sweep() {
  const auto now = SteadyClock::now();
  for (auto* connection : open) {
    if (connection->deadline > now) continue;
    connection->deadline = SteadyClock::time_point::max();
    connection->timed_out = true;
    connection->interrupt();
  }
  if (open.empty()) {
    sweeping = false;
    return;
  }
  const auto shortest = std::min({limits.head_timeout, limits.request_timeout, limits.idle_timeout,
                                  limits.write_timeout, limits.linger_timeout});
  sweep_timer.expires_after(
      std::clamp(shortest / 8, std::chrono::milliseconds(2), std::chrono::milliseconds(250)));
  sweep_timer.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled && !self->closed) self->sweep();
  });
}

void HttpServer::Impl::stop_accepting() {
  if (std::exchange(draining, true)) return;
  error_code ignored;
  acceptor.close(ignored);
  accept_pause.cancel();
  for (auto* connection : open)
    if (connection->idle) connection->interrupt();
}

void HttpServer::Impl::close() {
  closed = true;
  error_code ignored;
  acceptor.close(ignored);
  accept_pause.cancel();
  sweep_timer.cancel();
  tasks.reset();
}

std::string_view HttpServer::Impl::current_date() {
  const std::int64_t second = std::time(nullptr);
  if (second != date_second) {
    date_second = second;
    date = http_date(second);
  }
  return date;
}

void HttpServer::Impl::report(std::string_view event, std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log.write(ports::LogLevel::error, event, {{"error", std::string_view(error.what())}});
  } catch (...) {
    log.write(ports::LogLevel::error, event);
  }
}

HttpServer::HttpServer(Loop& loop, const Endpoint& listen, wire::Handler handler,
                       ServerLimits limits, ports::Log& log, Refuse refuse)
    : impl_(std::make_shared<Impl>(loop, listen, std::move(handler), limits, log,
                                   std::move(refuse))) {
  impl_->accept();
}

HttpServer::~HttpServer() {
  impl_->close();
}

void HttpServer::spoil_replies(Spoil spoil) {
  impl_->spoil = std::move(spoil);
}

std::uint16_t HttpServer::port() const {
  return impl_->bound_port;
}
Endpoint HttpServer::endpoint() const {
  return {impl_->address, impl_->bound_port};
}
std::size_t HttpServer::connections() const {
  return impl_->open.size();
}
void HttpServer::stop_accepting() {
  impl_->stop_accepting();
}

base::Task<void> HttpServer::drained() {
  auto& tasks = *impl_->tasks;
  co_await base::await_callback<bool>(
      [&tasks](base::Completion<bool> done) { tasks.when_idle([done] { done(true); }); });
}

}  // namespace cobro::net
