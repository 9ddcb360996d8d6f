#include "main/application.h"

#include "main/open_store.h"

namespace cobro {
namespace {

wire::Reply text_reply(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

class ServiceApplication final : public Application {
 public:
  explicit ServiceApplication(std::unique_ptr<ports::Store> store) : store_(std::move(store)) {}

  base::Task<wire::Reply> handle(wire::Request request) override {
    if (request.path == "/healthz" || request.path == "/livez") co_return text_reply(200, "ok\n");
    if (request.path == "/readyz")
      co_return draining_ ? text_reply(503, "draining\n") : text_reply(200, "ok\n");
    co_return wire::json_reply(404, R"({"error":"not found"})");
  }

  wire::Reply refuse(const wire::Request&, int status, std::string_view reason) override {
    return wire::json_reply(status, "{\"error\":\"" + std::string(reason) + "\"}");
  }

  void start_jobs() override {}
  void start_draining() override { draining_ = true; }

 private:
  std::unique_ptr<ports::Store> store_;
  bool draining_ = false;
};

}  // namespace

std::unique_ptr<Application> make_application(const configuration::Configuration& configuration,
                                              World world, crypto::JwtKeys,
                                              std::optional<StripeAccess>) {
  return std::make_unique<ServiceApplication>(
      open_store(configuration, world.loop, world.clock, world.random));
}

}  // namespace cobro
