package bench;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.DeliveryPriority;
import com.eatthepath.pushy.apns.PushType;
import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.util.SimpleApnsPushNotification;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends the sample through pushy and prints what that cost. */
public final class SendThroughPushy {

  public static void main(final String[] arguments) throws Exception {
    final int count = Integer.getInteger("count");
    final int inFlight = Integer.getInteger("inFlight");
    final File key = new File(System.getProperty("key"));
    final ApnsClient client = new ApnsClientBuilder()
        .setApnsServer("localhost", Integer.getInteger("port"))
        .setTrustedServerCertificateChain(new File(System.getProperty("certificate")))
        .setSigningKey(ApnsSigningKey.loadFromPkcs8File(key, System.getProperty("teamId"), System.getProperty("keyId")))
        .setConcurrentConnections(Integer.getInteger("connections"))
        .build();
    final List<SimpleApnsPushNotification> notifications = readNotifications();
    send(client, notifications, Integer.getInteger("warmUp"), inFlight);

    final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    final long cpuBefore = system.getProcessCpuTime();
    final long startedAt = System.nanoTime();
    final int acknowledged = send(client, notifications, count, inFlight);
    final double wallSeconds = (System.nanoTime() - startedAt) / 1e9;
    final long cpuMicroseconds = (system.getProcessCpuTime() - cpuBefore) / 1_000;
    System.out.printf(
        "{\"acknowledged\":%d,\"cpuMicroseconds\":%d,\"wallSeconds\":%s,\"peakMb\":%d}%n",
        acknowledged, cpuMicroseconds, wallSeconds, peakMb());
    client.close().get();
  }

  /** One notification a line: token, id, title and body, separated by tabs. */
  private static List<SimpleApnsPushNotification> readNotifications() throws IOException {
    final Instant expiresAt = Instant.ofEpochSecond(Long.getLong("expiresAt"));
    final String topic = System.getProperty("topic");
    return Files.readAllLines(Path.of(System.getProperty("messages"))).stream()
        .map(line -> line.split("\t"))
        .map(part -> new SimpleApnsPushNotification(
            part[0], topic, payload(part), expiresAt, DeliveryPriority.IMMEDIATE, PushType.ALERT, null,
            UUID.fromString(part[1])))
        .toList();
  }

  private static String payload(final String[] part) {
    return "{\"aps\":{\"alert\":{\"title\":\"" + part[2] + "\",\"body\":\"" + part[3]
        + "\"}},\"carillon\":{\"delivery_id\":\"" + part[1] + "\"}}";
  }

  private static int send(
      final ApnsClient client, final List<SimpleApnsPushNotification> notifications, final int count,
      final int inFlight) throws InterruptedException {
    final Semaphore places = new Semaphore(inFlight);
    final AtomicInteger acknowledged = new AtomicInteger();
    for (int n = 0; n < count; n++) {
      places.acquire();
      client.sendNotification(notifications.get(n % notifications.size())).whenComplete((response, error) -> {
        if (response != null && response.isAccepted()) {
          acknowledged.incrementAndGet();
        }
        places.release();
      });
    }
    places.acquire(inFlight);
    return acknowledged.get();
  }

  private static long peakMb() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst().orElse(0);
  }
}
