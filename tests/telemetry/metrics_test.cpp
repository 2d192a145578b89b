#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace noded::telemetry {
namespace {

using testing::HasSubstr;

TEST(Metrics, PrintsCountersWithTheirHelpOnce) {
  Metrics metrics;
  metrics.counter("noded_requests_total", "requests answered", "status=\"2xx\"").add(3);
  metrics.counter("noded_other_total", "something else").add();
  metrics.counter("noded_requests_total", "requests answered", "status=\"5xx\"");
  EXPECT_EQ(
      metrics.print(),
      "# HELP noded_requests_total requests answered\n"
      "# TYPE noded_requests_total counter\n"
      "noded_requests_total{status=\"2xx\"} 3\n"
      "noded_requests_total{status=\"5xx\"} 0\n"
      "# HELP noded_other_total something else\n"
      "# TYPE noded_other_total counter\n"
      "noded_other_total 1\n"
  );
}

TEST(Metrics, GivesTheSameCounterForTheSameNameAndLabels) {
  Metrics metrics;
  EXPECT_EQ(&metrics.counter("a", "help", "x=\"1\""), &metrics.counter("a", "help", "x=\"1\""));
  EXPECT_NE(&metrics.counter("a", "help", "x=\"1\""), &metrics.counter("a", "help", "x=\"2\""));
}

TEST(Metrics, RefusesANameOfAnotherKind) {
  Metrics metrics;
  metrics.counter("a", "help");
  EXPECT_THROW(metrics.gauge("a", "help", [] { return 1.0; }), std::logic_error);
}

TEST(Metrics, SumsANameOverItsLabels) {
  Metrics metrics;
  metrics.counter("a", "help", "x=\"1\"").add(2);
  metrics.counter("a", "help", "x=\"2\"").add(3);
  metrics.counter("b", "help").add(100);
  EXPECT_EQ(metrics.total("a"), 5U);
  EXPECT_EQ(metrics.total("c"), 0U);
}

TEST(Metrics, AsksGaugesWhenPrinted) {
  Metrics metrics;
  double connections = 1;
  metrics.gauge("noded_connections", "open connections", [&connections] { return connections; });
  connections = 2.5;
  EXPECT_THAT(
      metrics.print(), HasSubstr("# TYPE noded_connections gauge\nnoded_connections 2.5\n")
  );
}

TEST(Metrics, ReadsCountersThatOthersKeep) {
  Metrics metrics;
  metrics.counter_of("noded_commits_total", "commits", [] { return 12'345'678.0; });
  EXPECT_THAT(
      metrics.print(),
      HasSubstr("# TYPE noded_commits_total counter\nnoded_commits_total 12345678\n")
  );
}

TEST(Metrics, LosesNoCountOfSeveralThreads) {
  Metrics metrics;
  Counter& counter = metrics.counter("a", "help");
  std::thread other([&counter] {
    for (int i = 0; i < 10'000; ++i)
      counter.add();
  });
  for (int i = 0; i < 10'000; ++i)
    counter.add();
  other.join();
  EXPECT_EQ(counter.value(), 20'000U);
}

TEST(Histogram, CountsWhatIsAtMostABoundInItsBucket) {
  Histogram histogram;
  histogram.observe_ns(0);
  histogram.observe_ns(250'000);         // exactly the first bound
  histogram.observe_ns(250'001);         // just above
  histogram.observe_ns(32'768'000'000);  // exactly the last
  histogram.observe_ns(3'600'000'000'000);
  std::string out;
  histogram.print(out, "t", "route=\"x\"");
  EXPECT_THAT(out, HasSubstr("t_bucket{route=\"x\",le=\"0.00025\"} 2\n"));
  EXPECT_THAT(out, HasSubstr("t_bucket{route=\"x\",le=\"0.0005\"} 3\n"));
  EXPECT_THAT(out, HasSubstr("t_bucket{route=\"x\",le=\"16.384\"} 3\n"));
  EXPECT_THAT(out, HasSubstr("t_bucket{route=\"x\",le=\"32.768\"} 4\n"));
  EXPECT_THAT(out, HasSubstr("t_bucket{route=\"x\",le=\"+Inf\"} 5\n"));
  EXPECT_THAT(out, HasSubstr("t_count{route=\"x\"} 5\n"));
  EXPECT_THAT(out, HasSubstr("t_sum{route=\"x\"} 3632.7685"));
}

}  // namespace
}  // namespace noded::telemetry
