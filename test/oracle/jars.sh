#!/bin/sh
# Brings Apache Kafka's own jars: jars.sh VERSION FOLDER leaves them in
# FOLDER/VERSION and prints that path. Maven is asked only when they are missing;
# an interrupted download is begun again.
set -eu
version=$1
folder=$2/$version
if [ ! -f "$folder/.complete" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  cat >"$folder/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.brokergate</groupId>
  <artifactId>oracle</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
XML
  echo "oracle: fetching Apache Kafka $version with Maven" >&2
  mvn -q -B -f "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder" -DincludeScope=runtime >&2
  touch "$folder/.complete"
fi
printf '%s\n' "$folder"
