// Sends the sample through sideshow/apns2, the library under gorush, and prints what that cost.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
)

type settings struct {
	origin, topic, messages, key, keyID, teamID string
	count, warmUp, inFlight                     int
	expiresAt                                   int64
}

func main() {
	s := readSettings()
	authKey, err := token.AuthKeyFromFile(s.key)
	if err != nil {
		log.Fatal(err)
	}
	client := apns2.NewTokenClient(&token.Token{AuthKey: authKey, KeyID: s.keyID, TeamID: s.teamID})
	client.Host = s.origin
	notifications := readNotifications(s)
	send(client, notifications, s.warmUp, s.inFlight)

	before, startedAt := usage(), time.Now()
	acknowledged := send(client, notifications, s.count, s.inFlight)
	wall, after := time.Since(startedAt), usage()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"acknowledged":    acknowledged,
		"cpuMicroseconds": microseconds(after) - microseconds(before),
		"wallSeconds":     wall.Seconds(),
		"peakMb":          after.Maxrss / 1024,
	})
}

func readSettings() (s settings) {
	flag.StringVar(&s.origin, "origin", "", "")
	flag.StringVar(&s.topic, "topic", "", "")
	flag.StringVar(&s.messages, "messages", "", "")
	flag.StringVar(&s.key, "key", "", "")
	flag.StringVar(&s.keyID, "key-id", "", "")
	flag.StringVar(&s.teamID, "team-id", "", "")
	flag.IntVar(&s.count, "count", 0, "")
	flag.IntVar(&s.warmUp, "warm-up", 0, "")
	flag.IntVar(&s.inFlight, "in-flight", 0, "")
	flag.Int64Var(&s.expiresAt, "expires-at", 0, "")
	flag.Parse()
	return s
}

// One notification a line: token, id, title and body, separated by tabs.
func readNotifications(s settings) (notifications []*apns2.Notification) {
	file, err := os.Open(s.messages)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		part := strings.Split(lines.Text(), "\t")
		notifications = append(notifications, &apns2.Notification{
			DeviceToken: part[0],
			ApnsID:      part[1],
			Topic:       s.topic,
			PushType:    apns2.PushTypeAlert,
			Priority:    apns2.PriorityHigh,
			Expiration:  time.Unix(s.expiresAt, 0),
			Payload: map[string]any{
				"aps":      map[string]any{"alert": map[string]any{"title": part[2], "body": part[3]}},
				"carillon": map[string]any{"delivery_id": part[1]},
			},
		})
	}
	return notifications
}

func send(client *apns2.Client, notifications []*apns2.Notification, count, inFlight int) int64 {
	var next, acknowledged atomic.Int64
	var workers sync.WaitGroup
	for range inFlight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for n := next.Add(1) - 1; n < int64(count); n = next.Add(1) - 1 {
				response, err := client.Push(notifications[n%int64(len(notifications))])
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
				} else if response.Sent() {
					acknowledged.Add(1)
				}
			}
		}()
	}
	workers.Wait()
	return acknowledged.Load()
}

func usage() (u syscall.Rusage) {
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u
}

func microseconds(u syscall.Rusage) int64 {
	return u.Utime.Sec*1e6 + u.Utime.Usec + u.Stime.Sec*1e6 + u.Stime.Usec
}
