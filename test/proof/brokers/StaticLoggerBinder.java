// Kafka's jars bring SLF4J 1.7 without anything behind it: this prints what
// Kafka tells from INFO on, so that the harness sees it start, or why not.
package org.slf4j.impl;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggerFactoryBinder;

public final class StaticLoggerBinder implements LoggerFactoryBinder {
  public static String REQUESTED_API_VERSION = "1.6";
  private static final StaticLoggerBinder SINGLETON = new StaticLoggerBinder();
  private static final Set<String> TOLD = Set.of("info", "warn", "error");

  public static StaticLoggerBinder getSingleton() {
    return SINGLETON;
  }

  private static Object handle(String name, Method method, Object[] arguments) {
    if (method.getName().equals("getName")) return name;
    if (method.getName().startsWith("is")) return TOLD.stream().anyMatch(one -> method.getName().equalsIgnoreCase("is" + one + "enabled"));
    if (!TOLD.contains(method.getName())) return null;
    int message = arguments[0] instanceof String ? 0 : 1;  // after a marker
    Object[] rest = Arrays.copyOfRange(arguments, message + 1, arguments.length);
    if (rest.length == 1 && rest[0] instanceof Object[]) rest = (Object[]) rest[0];
    FormattingTuple text = MessageFormatter.arrayFormat((String) arguments[message], rest);
    StringBuilder out = new StringBuilder(method.getName().toUpperCase()).append(' ').append(text.getMessage());
    for (Throwable at = text.getThrowable(); at != null; at = at.getCause()) out.append(": ").append(at);
    System.out.println(out);
    return null;
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name ->
        (Logger)
            Proxy.newProxyInstance(
                Logger.class.getClassLoader(),
                new Class<?>[] {Logger.class},
                (proxy, method, arguments) -> handle(name, method, arguments));
  }

  @Override
  public String getLoggerFactoryClassStr() {
    return "proof";
  }
}
