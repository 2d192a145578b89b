// A server that only says hello through the whole chain: the floor of every other figure, and a
// target for the HTTP/1 judge. usage: hello_server [port] [loops] [access log: 0|1]. Prints its
// address; ends on SIGTERM.
//   GET /hello → 200, POST /sink → 200 with the number of bytes read, GET /echo/:text
#include "noded/http.hpp"

#include "gateway/chain.hpp"
#include "http/error_answer.hpp"
#include "http/router_table.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace noded;

Task<http::Response> count_body(http::Request& request) {
  std::uint64_t count = 0;
  for (;;) {
    const auto part = co_await request.body->read();
    if (!part) co_return http::answer_error(part.error());
    if (part->empty()) break;
    count += part->size();
  }
  co_return http::Response::json(200, "{\"bytes\":" + std::to_string(count) + "}");
}

std::vector<http::Route> make_routes() {
  std::vector<http::Route> routes;
  const auto add = [&](http::Method method, std::string pattern, http::Handler handler) {
    routes.push_back(
        {.method = method,
         .pattern = std::move(pattern),
         .permission = {},
         .summary = {},
         .request_schema = {},
         .response_schema = {},
         .handler = std::move(handler)}
    );
  };
  add(http::Method::kGet, "/hello", [](http::Request&) -> Task<http::Response> {
    co_return http::Response::json(200, R"({"hello":"world"})");
  });
  add(http::Method::kGet, "/echo/:text", [](http::Request& request) -> Task<http::Response> {
    co_return http::Response::text(200, std::string(request.parameter("text")));
  });
  add(http::Method::kPost, "/sink", [](http::Request& request) { return count_body(request); });
  return routes;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
  };
  const int loop_count = argument(2, 1);
  telemetry::start_log({.level = telemetry::Level::kInfo, .as_json = true});
  telemetry::Metrics metrics;
  http::RouterTable router;
  if (const auto mounted = router.mount("bench", make_routes()); !mounted) {
    std::fprintf(stderr, "%s\n", mounted.error().message.c_str());
    return 1;
  }
  gateway::ChainLimits limits;
  limits.access_log.is_on = argument(3, 1) != 0;
  gateway::Chain chain(limits, router, system_clock(), metrics);

  std::vector<std::unique_ptr<net::io_context>> loops;
  std::vector<net::io_context*> pointers;
  for (int index = 0; index < loop_count; ++index) {
    pointers.push_back(loops.emplace_back(std::make_unique<net::io_context>(1)).get());
  }
  http::Server server(pointers, {}, chain, system_clock(), metrics);
  http::Listen listen;
  listen.address = "127.0.0.1";
  listen.port = static_cast<std::uint16_t>(argument(1, 0));
  const auto address = server.listen(listen);
  if (!address) {
    std::fprintf(stderr, "%s\n", address.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", address->c_str());
  std::fflush(stdout);

  net::signal_set signals(*loops.front(), SIGTERM, SIGINT);
  signals.async_wait([&](auto, int) {
    spawn(loops.front()->get_executor(), "drain", [&]() -> Task<> {
      co_await server.drain(std::chrono::seconds(5));
      for (const auto& loop : loops)
        loop->stop();
    });
  });
  std::vector<std::jthread> threads;
  for (std::size_t index = 1; index < loops.size(); ++index) {
    threads.emplace_back([&loop = *loops[index]] {
      const auto work = net::make_work_guard(loop);
      loop.run();
    });
  }
  loops.front()->run();
  threads.clear();
  telemetry::stop_log();
  return 0;
}
