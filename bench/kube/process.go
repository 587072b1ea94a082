package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process of ours. It dies with us, however we end.
type process struct {
	command *exec.Cmd
	log     string
	done    chan struct{}
}

func (w *world) spawn(name, program string, arguments ...string) *process {
	p := &process{log: filepath.Join(w.work, name+".log"), done: make(chan struct{})}
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.closed {
		failf("interrupted")
	}
	out, err := os.Create(p.log)
	check(err)
	defer out.Close()
	p.command = exec.Command(program, arguments...)
	p.command.Dir = w.work
	p.command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.work, "TMPDIR=" + w.work}
	p.command.Stdout, p.command.Stderr = out, out
	// In a group of its own, so that an interrupt from the terminal reaches us only and we end things in order.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	check(p.command.Start())
	go func() {
		_ = p.command.Wait()
		close(p.done)
	}()
	w.processes = append(w.processes, p)
	return p
}

func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.command.Process.Kill()
		<-p.done
	}
}

func (p *process) tail() string {
	text, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// What it has used since it started, by /proc/PID/stat: in steps of a hundredth of a second.
func (p *process) cpu() time.Duration {
	if p == nil {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	check(err)
	// The program's name may hold anything, blanks and parentheses too; fields are counted from behind it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err := strconv.Atoi(fields[11])
	check(err)
	system, err := strconv.Atoi(fields[12])
	check(err)
	return time.Duration(user+system) * 10 * time.Millisecond
}
