"""What Lambda gives for an amount of memory, and how it is written for the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_lambda import cgroup
from local_lambda.share import cpu_share, memory_bytes, quota_us


@pytest.mark.parametrize(
    "memory_mb, share", [(128, 0.072), (512, 0.289), (1024, 0.579), (1769, 1.0), (3538, 2.0), (10240, 5.789)]
)
def test_share_of_a_cpu(memory_mb: int, share: float) -> None:
    assert cpu_share(memory_mb) == pytest.approx(share, abs=0.0006)


def test_quota_is_the_share_of_the_period() -> None:
    assert [quota_us(mb) for mb in (128, 512, 1769, 3538)] == [1447, 5789, 20000, 40000]
    assert quota_us(512, 100_000) == 28943
    assert quota_us(128) >= 1000  # the kernel takes no less


@pytest.mark.parametrize("memory_mb", [127, 0, -512, 10241])
def test_lambda_gives_no_such_memory(memory_mb: int) -> None:
    for rule in (cpu_share, memory_bytes):
        with pytest.raises(ValueError, match="128 to 10240"):
            rule(memory_mb)


def test_files_of_both_versions() -> None:
    assert cgroup.limits(2, 512) == {"cpu": {"cpu.max": "5789 20000"}, "memory": {"memory.max": "536870912"}}
    assert cgroup.limits(1, 1769) == {
        "cpu": {"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "20000"},
        "memory": {"memory.limit_in_bytes": "1854930944"},
    }


def mounts(folder: Path, *lines: str) -> Path:
    path = folder / "mounts"
    path.write_text("".join(f"{line}\n" for line in ("proc /proc proc rw 0 0", *lines)))
    return path


def test_v2_is_taken_when_it_has_the_controllers(tmp_path: Path) -> None:
    v1 = [f"cgroup /v1/{name} cgroup rw,{name} 0 0" for name in ("cpu", "memory")]
    v2 = tmp_path / "v2"
    v2.mkdir()
    (v2 / "cgroup.controllers").write_text("cpuset cpu memory\n")
    assert cgroup.find(mounts(tmp_path, *v1, f"cgroup2 {v2} cgroup2 rw 0 0")) == (2, {"cpu": v2, "memory": v2})
    (v2 / "cgroup.controllers").write_text("hugetlb\n")
    assert cgroup.find(mounts(tmp_path, *v1, f"cgroup2 {v2} cgroup2 rw 0 0")) == (
        1,
        {"cpu": Path("/v1/cpu"), "memory": Path("/v1/memory")},
    )


def test_v1_controllers_may_share_a_folder(tmp_path: Path) -> None:
    found = cgroup.find(
        mounts(tmp_path, "cgroup /v1/cpu,cpuacct cgroup rw,cpuacct,cpu 0 0", "cgroup /v1/m cgroup rw,memory 0 0")
    )
    assert found.folders["cpu"] == Path("/v1/cpu,cpuacct")


def test_without_controllers_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(cgroup.NoCgroups, match="no cgroup hierarchy"):
        cgroup.find(mounts(tmp_path, "cgroup /v1/cpu cgroup rw,cpu 0 0"))


def test_where_it_may_not_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "no-folder"
    file.write_text("")
    with pytest.raises(cgroup.NoCgroups, match="may not make a control group.*root"):
        cgroup.Cgroup(512, cgroup.Hierarchies(1, {"cpu": file, "memory": file}))


def test_files_of_a_group(tmp_path: Path) -> None:
    """In folders that are none of the kernel's: what is written where."""
    roots = {name: tmp_path / name for name in ("cpu", "memory")}
    for root in roots.values():
        root.mkdir()
    group = cgroup.Cgroup(512, cgroup.Hierarchies(1, roots))
    assert (group.folders["cpu"] / "cpu.cfs_quota_us").read_text() == "5789"
    assert (group.folders["memory"] / "memory.limit_in_bytes").read_text() == str(512 << 20)
    assert not group.out_of_memory
    (group.folders["memory"] / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    assert group.out_of_memory
